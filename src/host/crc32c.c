/* CRC-32C by the instruction that x86-64 has for it (SSE 4.2). The compiler does not know the instruction's name, so it is
   spelled in bytes. One takes three cycles, but a new one can begin in each: three stretches are summed side by side. */

#define STRETCH 1024 /* bytes; three_stretches knows it too */

static unsigned int after_stretch[4][256]; /* what a sum with this byte becomes behind a stretch of zeros */

/* Eight bytes at a time, then the rest. */
static unsigned int one_stretch(const unsigned char *at, unsigned long long size, unsigned int crc) {
  unsigned long long sum = crc, words = size >> 3, rest = size & 7;
  if (words)
    asm volatile("1:\n"
                 ".byte 0xf2, 0x48, 0x0f, 0x38, 0xf1, 0x07\n" /* crc32q (%rdi), %rax */
                 "addq $8, %%rdi\n"
                 "decq %%rcx\n"
                 "jnz 1b\n"
                 : "+a"(sum), "+D"(at), "+c"(words)
                 :
                 : "memory");
  if (rest)
    asm volatile("2:\n"
                 ".byte 0xf2, 0x0f, 0x38, 0xf0, 0x07\n" /* crc32b (%rdi), %eax */
                 "incq %%rdi\n"
                 "decq %%rcx\n"
                 "jnz 2b\n"
                 : "+a"(sum), "+D"(at), "+c"(rest)
                 :
                 : "memory");
  return sum;
}

/* Sums are linear: behind a stretch, that of a word is that of its bytes, and that of a byte that of its bits. */
static unsigned int behind_stretch(unsigned int crc) {
  return after_stretch[0][crc & 255] ^ after_stretch[1][crc >> 8 & 255] ^ after_stretch[2][crc >> 16 & 255] ^
         after_stretch[3][crc >> 24];
}

static void make_tables(void) {
  static unsigned char zeros[STRETCH];
  int byte, value, bit;
  for (byte = 0; byte < 4; byte++)
    for (bit = 0; bit < 8; bit++) {
      unsigned int sum = one_stretch(zeros, STRETCH, 1u << (8 * byte + bit));
      for (value = 0; value < 1 << bit; value++)
        after_stretch[byte][value | 1 << bit] = after_stretch[byte][value] ^ sum;
    }
}

static unsigned int three_stretches(const unsigned char *at, unsigned int crc) {
  unsigned long long first = crc, second = 0, third = 0, words = STRETCH >> 3;
  asm volatile("3:\n"
               ".byte 0xf2, 0x48, 0x0f, 0x38, 0xf1, 0x07\n"                /* crc32q (%rdi), %rax */
               ".byte 0xf2, 0x48, 0x0f, 0x38, 0xf1, 0x97, 0, 0x04, 0, 0\n" /* crc32q 1024(%rdi), %rdx */
               ".byte 0xf2, 0x48, 0x0f, 0x38, 0xf1, 0xb7, 0, 0x08, 0, 0\n" /* crc32q 2048(%rdi), %rsi */
               "addq $8, %%rdi\n"
               "decq %%rcx\n"
               "jnz 3b\n"
               : "+a"(first), "+d"(second), "+S"(third), "+D"(at), "+c"(words)
               :
               : "memory");
  return behind_stretch(behind_stretch(first) ^ second) ^ third;
}

/* The sum of bytes[start..end), continued from crc. */
int crc32c(const unsigned char *bytes, int start, int end, int crc) {
  for (; end - start >= 3 * STRETCH; start += 3 * STRETCH) crc = three_stretches(bytes + start, crc);
  return one_stretch(bytes + start, end - start, crc);
}

/* To be called before the first sum; 0 where this machine does not have the instruction. */
int prepare_crc32c(void) {
  unsigned int a = 1, b, c, d;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
  if (!(c >> 20 & 1)) return 0;
  make_tables();
  return 1;
}
