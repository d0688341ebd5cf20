/* CRC-32C by the instruction that x86-64 has for it (SSE 4.2): bytes[start..end), continued from crc. The compiler does not
   know the instruction's name, so it is spelled in bytes. */
int crc32c(const unsigned char *bytes, int start, int end, int crc) {
  const unsigned char *at = bytes + start;
  unsigned long long sum = (unsigned int)crc;
  unsigned long long words = (unsigned int)(end - start) >> 3;
  unsigned long long rest = (unsigned int)(end - start) & 7;
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
  return (int)sum;
}

/* Whether this machine has the instruction. */
int has_crc32c(void) {
  unsigned int a = 1, b, c, d;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
  return (c >> 20) & 1;
}
