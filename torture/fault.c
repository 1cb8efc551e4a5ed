/*
 * Loaded before a program's own libraries: the call number FAULT_AT that changes something under the folder
 * FAULT_UNDER fails with the error number FAULT_ERRNO, or, where that is 0, the process is killed before it is made,
 * and a write is made by half. With FAULT_FROM=1 all calls after it fail, too. That it was reached is told by the
 * file FAULT_REACHED.
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;
static long fault_at, fault_errno, fault_from;
static const char *under, *reached;

__attribute__((constructor)) static void read_environment(void) {
  under = getenv("FAULT_UNDER");
  reached = getenv("FAULT_REACHED");
  fault_at = getenv("FAULT_AT") ? atol(getenv("FAULT_AT")) : 0;
  fault_errno = getenv("FAULT_ERRNO") ? atol(getenv("FAULT_ERRNO")) : 0;
  fault_from = getenv("FAULT_FROM") != NULL;
}

static int is_under(const char *path) {
  return under && path && strncmp(path, under, strlen(under)) == 0;
}

static int is_file_under(int fd) {
  char link[64], path[PATH_MAX];
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

static void tell(void) {
  long fd = syscall(SYS_openat, AT_FDCWD, reached, O_CREAT | O_WRONLY, 0600);
  if (fd >= 0) syscall(SYS_close, fd);
}

/* Whether this call is to fail. Does not return where the process is to be killed, unless `torn` asks to be told. */
static int is_due(int *torn) {
  long call = atomic_fetch_add(&calls, 1) + 1;
  if (fault_at == 0 || call < fault_at || (call > fault_at && !fault_from)) return 0;
  tell();
  if (fault_errno == 0) {
    if (torn) return *torn = 1;
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  errno = (int)fault_errno;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define BY_PATH(result, name, parameters, arguments, path)      \
  result name parameters {                                      \
    if (is_path_under(path) && is_due(NULL)) return -1;         \
    return REAL(name) arguments;                                \
  }
#define BY_FILE(result, name, parameters, arguments)            \
  result name parameters {                                      \
    if (is_file_under(fd) && is_due(NULL)) return -1;           \
    return REAL(name) arguments;                                \
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
BY_FILE(int, fsync, (int fd), (fd))
BY_FILE(int, fdatasync, (int fd), (fd))
BY_FILE(int, ftruncate, (int fd, off_t length), (fd, length))
BY_FILE(int, ftruncate64, (int fd, off64_t length), (fd, length))
BY_FILE(int, fchmod, (int fd, mode_t mode), (fd, mode))
BY_FILE(int, futimens, (int fd, const struct timespec times[2]), (fd, times))

/* A write that is to be the last is made by half. */
#define BY_WRITE(name, parameters, arguments, half)             \
  ssize_t name parameters {                                     \
    int torn = 0;                                               \
    if (is_file_under(fd) && is_due(&torn)) {                   \
      if (!torn) return -1;                                     \
      half;                                                     \
      kill(getpid(), SIGKILL);                                  \
      for (;;) pause();                                         \
    }                                                           \
    return REAL(name) arguments;                                \
  }

BY_WRITE(write, (int fd, const void *bytes, size_t count), (fd, bytes, count),
         syscall(SYS_write, fd, bytes, count / 2))
BY_WRITE(pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at),
         syscall(SYS_pwrite64, fd, bytes, count / 2, at))
BY_WRITE(pwrite64, (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at),
         syscall(SYS_pwrite64, fd, bytes, count / 2, at))
BY_WRITE(writev, (int fd, const struct iovec *parts, int count), (fd, parts, count),
         syscall(SYS_writev, fd, parts, count / 2))
BY_WRITE(pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at),
         syscall(SYS_pwritev, fd, parts, count / 2, at, 0))
BY_WRITE(pwritev64, (int fd, const struct iovec *parts, int count, off64_t at), (fd, parts, count, at),
         syscall(SYS_pwritev, fd, parts, count / 2, at, 0))

/* Only an open that may make or empty a file changes something. */
#define BY_OPEN(name)                                           \
  int name(const char *path, int flags, ...) {                  \
    va_list rest;                                               \
    va_start(rest, flags);                                      \
    mode_t mode = va_arg(rest, mode_t);                         \
    va_end(rest);                                               \
    if ((flags & (O_CREAT | O_TRUNC)) && is_path_under(path) && is_due(NULL)) return -1; \
    return REAL(name)(path, flags, mode);                       \
  }

BY_OPEN(open)
BY_OPEN(open64)
