/*
 * Loaded before a program's own libraries: calls that change something under the folder FAULT_UNDER are counted, and
 * one of them is harmed, as the file FAULT_CONTROL asks for at this moment. That file holds eight 64-bit integers in
 * the machine's order:
 *
 *   0 harm     none; 1 the call fails with `errno`; 2 the process is killed before it, a write made by half; 3 a write
 *              takes half of its bytes and says so; 4 a close fails with `errno`; 5 a sync does nothing and says that
 *              it did
 *   1 at       which of the calls, from 1
 *   2 errno
 *   3 onwards  whether all calls after it are harmed, too
 *   4 changes  how many calls there were that change something
 *   5 writes   of these, writes
 *   6 closes   of files that were open for writing; no changes
 *   7 reached  whether any call was harmed
 *
 * `at` counts writes for harm 3, closes for 4, syncs for 5 from the first on, and changes else.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NONE, FAILS, KILLS, WRITES_HALF, CLOSE_FAILS, SYNC_LIES };

struct control {
  atomic_llong harm, at, error, onwards, changes, writes, closes, reached;
};

static struct control *control;
static const char *under;

__attribute__((constructor)) static void read_environment(void) {
  const char *path = getenv("FAULT_CONTROL");
  under = getenv("FAULT_UNDER");
  if (!path || !under) return;
  long fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR, 0);
  if (fd < 0) return;
  void *page = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
  syscall(SYS_close, fd);
  if (page != MAP_FAILED) control = page;
}

static int is_under(const char *path) {
  return control && path && strncmp(path, under, strlen(under)) == 0;
}

static int is_file_under(int fd) {
  char link[64], path[PATH_MAX];
  if (!control) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_under(path);
}

/* Paths below an open folder come as /proc/self/fd/N/name. */
static int is_path_under(const char *path) {
  int fd;
  if (path && sscanf(path, "/proc/self/fd/%d/", &fd) == 1) return is_file_under(fd);
  return is_under(path);
}

/* Whether the call that comes as number `call` is the one to be harmed, or after it. */
static int is_due(long long call) {
  long long at = control->at;
  if (at == 0 || call < at || (call > at && !control->onwards)) return 0;
  control->reached = 1;
  return 1;
}

static int fail(void) {
  errno = (int)control->error;
  return -1;
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* Counts a change. Whether it is to fail; does not return where the process is to be killed. */
static int change_fails(void) {
  long long call = ++control->changes, harm = control->harm;
  if ((harm != FAILS && harm != KILLS) || !is_due(call)) return 0;
  if (harm == KILLS) die();
  return 1;
}

static int is_open_for_writing(int fd) {
  return (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define BY_PATH(result, name, parameters, arguments, path)          \
  result name parameters {                                          \
    if (is_path_under(path) && change_fails()) return fail();       \
    return REAL(name) arguments;                                    \
  }
#define BY_FILE(result, name, parameters, arguments)                \
  result name parameters {                                          \
    if (is_file_under(fd) && change_fails()) return fail();         \
    return REAL(name) arguments;                                    \
  }
#define BY_SYNC(name)                                               \
  int name(int fd) {                                                \
    if (is_file_under(fd)) {                                        \
      if (change_fails()) return fail();                            \
      if (control->harm == SYNC_LIES && is_due(control->at)) return 0; \
    }                                                               \
    return REAL(name)(fd);                                          \
  }

BY_PATH(int, rename, (const char *from, const char *to), (from, to), to)
BY_PATH(int, link, (const char *from, const char *to), (from, to), to)
BY_PATH(int, symlink, (const char *target, const char *path), (target, path), path)
BY_PATH(int, unlink, (const char *path), (path), path)
BY_PATH(int, mkdir, (const char *path, mode_t mode), (path, mode), path)
BY_PATH(int, rmdir, (const char *path), (path), path)
BY_PATH(int, chmod, (const char *path, mode_t mode), (path, mode), path)
BY_PATH(int, utimensat, (int folder, const char *path, const struct timespec times[2], int flags),
        (folder, path, times, flags), path)
BY_FILE(int, ftruncate, (int fd, off_t length), (fd, length))
BY_FILE(int, ftruncate64, (int fd, off64_t length), (fd, length))
BY_FILE(int, fchmod, (int fd, mode_t mode), (fd, mode))
BY_FILE(int, futimens, (int fd, const struct timespec times[2]), (fd, times))
BY_SYNC(fsync)
BY_SYNC(fdatasync)

static size_t half_of(size_t count) {
  return count > 1 ? count / 2 : count;
}

/* A write by half is followed by the death of the process, or by its count as the answer. */
#define BY_WRITE(name, parameters, arguments, half)                 \
  ssize_t name parameters {                                         \
    if (is_file_under(fd)) {                                        \
      long long change = ++control->changes, write = ++control->writes, harm = control->harm; \
      if (harm == FAILS && is_due(change)) return fail();           \
      if (harm == WRITES_HALF && is_due(write)) return half;        \
      if (harm == KILLS && is_due(change)) {                        \
        (void)!half;                                                \
        die();                                                      \
      }                                                             \
    }                                                               \
    return REAL(name) arguments;                                    \
  }

BY_WRITE(write, (int fd, const void *bytes, size_t count), (fd, bytes, count),
         syscall(SYS_write, fd, bytes, half_of(count)))
BY_WRITE(pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at),
         syscall(SYS_pwrite64, fd, bytes, half_of(count), at))
BY_WRITE(pwrite64, (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at),
         syscall(SYS_pwrite64, fd, bytes, half_of(count), at))
BY_WRITE(writev, (int fd, const struct iovec *parts, int count), (fd, parts, count),
         syscall(SYS_writev, fd, parts, half_of(count)))
BY_WRITE(pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at),
         syscall(SYS_pwritev, fd, parts, half_of(count), at, 0))
BY_WRITE(pwritev64, (int fd, const struct iovec *parts, int count, off64_t at), (fd, parts, count, at),
         syscall(SYS_pwritev, fd, parts, half_of(count), at, 0))

/* One that fails gives the descriptor back all the same. */
static int close_or_fail(int fd) {
  int is_harmed = is_file_under(fd) && is_open_for_writing(fd);
  if (is_harmed) {
    long long call = ++control->closes;
    is_harmed = control->harm == CLOSE_FAILS && is_due(call);
  }
  int answer = REAL(close)(fd);
  return is_harmed ? fail() : answer;
}

int close(int fd) {
  return close_or_fail(fd);
}

/* Some close a file by the number of the system call. */
long syscall(long number, ...) {
  static long (*call)(long, ...);
  long words[6];
  va_list rest;
  va_start(rest, number);
  for (int at = 0; at < 6; at++) words[at] = va_arg(rest, long);
  va_end(rest);
  if (!call) call = REAL(syscall);
  if (number == SYS_close) return close_or_fail((int)words[0]);
  return call(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

/* Only an open that may make or empty a file changes something. */
#define BY_OPEN(name)                                               \
  int name(const char *path, int flags, ...) {                      \
    va_list rest;                                                   \
    va_start(rest, flags);                                          \
    mode_t mode = va_arg(rest, mode_t);                             \
    va_end(rest);                                                   \
    if ((flags & (O_CREAT | O_TRUNC)) && is_path_under(path) && change_fails()) return fail(); \
    return REAL(name)(path, flags, mode);                           \
  }

BY_OPEN(open)
BY_OPEN(open64)
