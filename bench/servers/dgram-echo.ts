// The ceiling of node:dgram: sends back what comes, with nothing done that can be left out.
import { createSocket } from "node:dgram";

const socket = createSocket({
  type: "udp4",
  recvBufferSize: 4 * 1024 * 1024,
  // Spares a look-up of the address for each response.
  lookup: (host, _options, callback) => callback(null, host, 4),
});
const output = Buffer.alloc(4096);
socket.on("message", (message, { port, address }) => {
  message.copy(output);
  output[2] = (output[2] ?? 0) | 0x80;
  socket.send(output, 0, message.length, port, address);
});
socket.bind(Number(process.argv[2]), "127.0.0.1");
