/* The ceiling: what a query costs that is only sent back. One core, recvmmsg and sendmmsg. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH 64
#define OCTETS 4096

static char buffers[BATCH][OCTETS];
static struct iovec vectors[BATCH];
static struct mmsghdr headers[BATCH];
static struct sockaddr_in peers[BATCH];

int main(int argc, char **argv) {
  int port = argc > 1 ? atoi(argv[1]) : 5300, size = 4 << 20;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return 1;
  for (;;) {
    for (int i = 0; i < BATCH; i++) {
      vectors[i] = (struct iovec){buffers[i], OCTETS};
      headers[i].msg_hdr = (struct msghdr){.msg_name = &peers[i], .msg_namelen = sizeof peers[i], .msg_iov = &vectors[i], .msg_iovlen = 1};
    }
    int n = recvmmsg(fd, headers, BATCH, MSG_WAITFORONE, NULL);
    for (int i = 0; i < n; i++) {
      vectors[i].iov_len = headers[i].msg_len;
      buffers[i][2] |= 0x80;
    }
    if (n > 0) sendmmsg(fd, headers, n, 0);
  }
}
