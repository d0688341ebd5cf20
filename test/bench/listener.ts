/**
 * The floor for a start: a listener, and nothing else. `listener PORT`. Whatever it is sent, it gives the answer to an
 * ApiVersions whose correlation id is 0: no error, no APIs.
 * @module
 */
const answer = Uint8Array.of(0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

Bun.listen({
  hostname: '127.0.0.1',
  port: Number(process.argv[2]),
  socket: {
    data: socket => {
      socket.write(answer)
    },
  },
})
