/*
 * Preloaded into a process: writes down what it does to the files of one directory, in order, so that the
 * state of the disk at any moment can be made again with and without what was not synced.
 *
 * Records: a letter, then lengths and offsets as decimal numbers between spaces, a newline, then the octets.
 *   W <inode> <offset> <octets>\n<octets>   written      T <inode> <length>\n   cut or made longer
 *   S <inode>\n   synced, after it was done              O <inode> <name length>\n<name>   opened under that name
 *   R <from length> <to length>\n<from><to>   renamed    U <name length>\n<name>   removed
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_descriptor = -1;
static const char *directory;
static size_t directory_length;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
  directory = getenv("RECORDED_DIRECTORY");
  const char *path = getenv("RECORD_FILE");
  if (!directory || !path) return;
  directory_length = strlen(directory);
  log_descriptor = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* The name within the directory, "" for itself, or NULL. */
static const char *name_of(const char *path) {
  if (log_descriptor < 0 || !path || strncmp(path, directory, directory_length) != 0) return NULL;
  if (path[directory_length] == 0) return "";
  return path[directory_length] == '/' ? path + directory_length + 1 : NULL;
}

/* The inode of a descriptor of a file in the directory, or of the directory; 0 for any other. */
static unsigned long inode_of(int descriptor) {
  if (log_descriptor < 0 || descriptor == log_descriptor) return 0;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  struct stat status;
  return name_of(path) && fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

static void record(const char *head, const void *body, size_t octets, const void *more, size_t more_octets) {
  struct iovec parts[] = {{(void *)head, strlen(head)}, {(void *)body, octets}, {(void *)more, more_octets}};
  size_t total = parts[0].iov_len + octets + more_octets;
  if (writev(log_descriptor, parts, 3) != (ssize_t)total) abort();
}

static void written(unsigned long inode, const void *octets, ssize_t count, off_t offset) {
  char head[96];
  snprintf(head, sizeof head, "W %lu %lld %zd\n", inode, (long long)offset, count);
  record(head, octets, (size_t)count, "", 0);
}

/* One at a time, so that the records stand in the order of what they tell. */
#define RECORDED(type, call, telling)      \
  pthread_mutex_lock(&lock);               \
  type result = call;                      \
  int error = errno;                       \
  if (result >= 0) {                       \
    telling;                               \
  }                                        \
  pthread_mutex_unlock(&lock);             \
  errno = error;                           \
  return result

ssize_t pwrite64(int fd, const void *octets, size_t count, off_t offset) {
  unsigned long inode = inode_of(fd);
  if (!inode) return REAL(pwrite64)(fd, octets, count, offset);
  RECORDED(ssize_t, REAL(pwrite64)(fd, octets, count, offset), written(inode, octets, result, offset));
}

ssize_t pwrite(int fd, const void *octets, size_t count, off_t offset) {
  return pwrite64(fd, octets, count, offset);
}

ssize_t write(int fd, const void *octets, size_t count) {
  unsigned long inode = inode_of(fd);
  if (!inode) return REAL(write)(fd, octets, count);
  RECORDED(ssize_t, REAL(write)(fd, octets, count),
           written(inode, octets, result, lseek(fd, 0, SEEK_CUR) - result));
}

static void cut(unsigned long inode, off_t length) {
  char head[64];
  snprintf(head, sizeof head, "T %lu %lld\n", inode, (long long)length);
  record(head, "", 0, "", 0);
}

int ftruncate64(int fd, off_t length) {
  unsigned long inode = inode_of(fd);
  if (!inode) return REAL(ftruncate64)(fd, length);
  RECORDED(int, REAL(ftruncate64)(fd, length), cut(inode, length));
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static void synced(unsigned long inode) {
  char head[64];
  snprintf(head, sizeof head, "S %lu\n", inode);
  record(head, "", 0, "", 0);
}

int fsync(int fd) {
  unsigned long inode = inode_of(fd);
  if (!inode) return REAL(fsync)(fd);
  RECORDED(int, REAL(fsync)(fd), synced(inode));
}

int fdatasync(int fd) {
  unsigned long inode = inode_of(fd);
  if (!inode) return REAL(fdatasync)(fd);
  RECORDED(int, REAL(fdatasync)(fd), synced(inode));
}

static void opened(int fd, const char *name) {
  struct stat status;
  char head[64];
  if (fstat(fd, &status) != 0) return;
  snprintf(head, sizeof head, "O %lu %zu\n", (unsigned long)status.st_ino, strlen(name));
  record(head, name, strlen(name), "", 0);
}

#define OPENING(call)                                                         \
  mode_t mode = 0;                                                            \
  if (flags & (O_CREAT | __O_TMPFILE)) {                                      \
    va_list rest;                                                             \
    va_start(rest, flags);                                                    \
    mode = va_arg(rest, mode_t);                                              \
    va_end(rest);                                                             \
  }                                                                           \
  const char *name = name_of(path);                                           \
  if (!name) return call;                                                     \
  RECORDED(int, call, opened(result, name))

int open64(const char *path, int flags, ...) { OPENING(REAL(open64)(path, flags, mode)); }

int open(const char *path, int flags, ...) { OPENING(REAL(open)(path, flags, mode)); }

static void renamed(const char *from, const char *to) {
  char head[64];
  snprintf(head, sizeof head, "R %zu %zu\n", strlen(from), strlen(to));
  record(head, from, strlen(from), to, strlen(to));
}

int rename(const char *from, const char *to) {
  if (!name_of(from) || !name_of(to)) return REAL(rename)(from, to);
  RECORDED(int, REAL(rename)(from, to), renamed(name_of(from), name_of(to)));
}

static void removed(const char *name) {
  char head[64];
  snprintf(head, sizeof head, "U %zu\n", strlen(name));
  record(head, name, strlen(name), "", 0);
}

int unlink(const char *path) {
  if (!name_of(path)) return REAL(unlink)(path);
  RECORDED(int, REAL(unlink)(path), removed(name_of(path)));
}
