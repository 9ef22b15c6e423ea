/* A layer between a program and its files that refuses what a full or a failing disk refuses. Loaded with LD_PRELOAD,
 * so that it needs no rights and the program needs no word about it.
 *
 * FAULT_FILES names the folder whose files are meant, FAULT_CONTROL a file of four 64-bit numbers that the test writes
 * and this layer counts in:
 *   room    octets by which files may still grow; below 0: as many as they like
 *   pass    syncs that still succeed before the next line counts
 *   fail    syncs that fail then
 *   refused writes and syncs that were refused so far
 * A file may be written where it is already: only growing needs room, as on a real disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct control {
    int64_t room, pass, fail, refused;
};

static struct control *control;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULT_CONTROL");
    folder = getenv("FAULT_FILES");
    int file = path && folder ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED)
        control = shared;
    close(file);
}

/* Whether the descriptor is a file of the folder; its state. */
static int meant(int file, struct stat *state) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return strncmp(path, folder, strlen(folder)) == 0 && fstat(file, state) == 0;
}

static void refuse(int why) {
    __atomic_add_fetch(&control->refused, 1, __ATOMIC_SEQ_CST);
    errno = why;
}

/* How many of `length` octets at `offset` there is room for; below 0: none of them. */
static ssize_t admitted(int file, off_t offset, size_t length) {
    struct stat state;
    if (!control || __atomic_load_n(&control->room, __ATOMIC_SEQ_CST) < 0 || length == 0)
        return (ssize_t)length;
    if (!meant(file, &state) || !S_ISREG(state.st_mode))
        return (ssize_t)length;
    if (offset < 0)
        offset = fcntl(file, F_GETFL) & O_APPEND ? state.st_size : lseek(file, 0, SEEK_CUR);
    int64_t growth = (int64_t)offset + (int64_t)length - state.st_size;
    if (growth <= 0)
        return (ssize_t)length;
    int64_t room = __atomic_load_n(&control->room, __ATOMIC_SEQ_CST), given;
    do {
        given = room < growth ? room : growth;
    } while (given >= 0 && !__atomic_compare_exchange_n(&control->room, &room, room - given, 0, __ATOMIC_SEQ_CST,
                                                        __ATOMIC_SEQ_CST));
    int64_t fits = (int64_t)length - growth + given;
    if (given < growth && fits <= 0) {
        refuse(ENOSPC);
        return -1;
    }
    return (ssize_t)(given < growth ? fits : (int64_t)length);
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) \
        real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

ssize_t write(int file, const void *octets, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    ssize_t fits = admitted(file, -1, length);
    return fits < 0 ? -1 : real(file, octets, (size_t)fits);
}

ssize_t pwrite64(int file, const void *octets, size_t length, off64_t offset) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    ssize_t fits = admitted(file, offset, length);
    return fits < 0 ? -1 : real(file, octets, (size_t)fits, offset);
}

ssize_t pwrite(int file, const void *octets, size_t length, off_t offset) {
    return pwrite64(file, octets, length, offset);
}

static size_t together(const struct iovec *pieces, int count) {
    size_t length = 0;
    for (int at = 0; at < count; at++)
        length += pieces[at].iov_len;
    return length;
}

/* Several pieces that do not all fit: the first alone, as far as it fits. */
ssize_t pwritev(int file, const struct iovec *pieces, int count, off_t offset) {
    REAL(ssize_t, "pwritev", int, const struct iovec *, int, off_t);
    size_t length = together(pieces, count);
    ssize_t fits = admitted(file, offset, length);
    if (fits < 0)
        return -1;
    if ((size_t)fits == length)
        return real(file, pieces, count, offset);
    struct iovec first = {pieces[0].iov_base, pieces[0].iov_len < (size_t)fits ? pieces[0].iov_len : (size_t)fits};
    return real(file, &first, 1, offset);
}

ssize_t pwritev64(int file, const struct iovec *pieces, int count, off64_t offset) {
    return pwritev(file, pieces, count, offset);
}

ssize_t writev(int file, const struct iovec *pieces, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    size_t length = together(pieces, count);
    ssize_t fits = admitted(file, -1, length);
    if (fits < 0)
        return -1;
    if ((size_t)fits == length)
        return real(file, pieces, count);
    struct iovec first = {pieces[0].iov_base, pieces[0].iov_len < (size_t)fits ? pieces[0].iov_len : (size_t)fits};
    return real(file, &first, 1);
}

int posix_fallocate(int file, off_t offset, off_t length) {
    REAL(int, "posix_fallocate", int, off_t, off_t);
    ssize_t fits = admitted(file, offset, (size_t)length);
    return fits < length ? ENOSPC : real(file, offset, length);
}

int posix_fallocate64(int file, off64_t offset, off64_t length) {
    return posix_fallocate(file, offset, length);
}

/* Whether this sync is one that fails. */
static int fails(int file) {
    struct stat state;
    if (!control || __atomic_load_n(&control->fail, __ATOMIC_SEQ_CST) <= 0 || !meant(file, &state))
        return 0;
    if (__atomic_sub_fetch(&control->pass, 1, __ATOMIC_SEQ_CST) >= 0)
        return 0;
    if (__atomic_sub_fetch(&control->fail, 1, __ATOMIC_SEQ_CST) < 0)
        return 0;
    refuse(EIO);
    return 1;
}

int fsync(int file) {
    REAL(int, "fsync", int);
    return fails(file) ? -1 : real(file);
}

int fdatasync(int file) {
    REAL(int, "fdatasync", int);
    return fails(file) ? -1 : real(file);
}
