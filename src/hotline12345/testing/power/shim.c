/* What a process writes below one folder, recorded and made to fail (写入记录与故障注入).
 *
 * Loaded with LD_PRELOAD under a program that knows nothing of it.  It stands between the program and the C library's
 * open, write, truncate, sync, unlink, rename and link, for files below a folder:
 *
 *   hl_record(folder, log)    from now on every such call is appended to the file `log`, in the order made
 *   hl_fail(folder, at, how)  the at-th such call (from 1) fails: 1 = EIO, 2 = half a write, then EIO,
 *                             3 = ENOSPC for every write from then on, 4 = EIO of that sync or the next one
 *   hl_calls()                how many such calls there have been; hl_failed() whether one was made to fail
 *
 * or, in a program that cannot call them, HL_FOLDER and HL_LOG in the environment.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define MOST 4096
enum { EIO_ONCE = 1, TORN = 2, FULL = 3, SYNC = 4 };

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static char folder[4096];
static size_t folder_length;
static int log_fd = -1;
static uint32_t ids[MOST];  /* file descriptor -> number of the path in the log, 0 = not ours */
static char directory[MOST];
static uint32_t next_id = 1;
static long calls, fail_at;
static int fail_how, failed, full;

struct entry { uint8_t op; uint8_t pad[3]; uint32_t file; uint64_t offset; uint32_t length; uint32_t more; };

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_unlink)(const char *);
static int (*real_link)(const char *, const char *);
static int (*real_rename)(const char *, const char *);

static void find(void) {
    if (real_rename) return;
    real_open = dlsym(RTLD_NEXT, "open");
    real_openat = dlsym(RTLD_NEXT, "openat");
    real_close = dlsym(RTLD_NEXT, "close");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_link = dlsym(RTLD_NEXT, "link");
    real_rename = dlsym(RTLD_NEXT, "rename");
}

static int ours(const char *path) {
    return folder_length && path && !strncmp(path, folder, folder_length)
        && (path[folder_length] == '/' || path[folder_length] == 0);
}

static int tracked(int fd) { return fd >= 0 && fd < MOST && ids[fd]; }

static void put(uint8_t op, uint32_t file, uint64_t offset, const void *data, uint32_t length) {
    if (log_fd < 0) return;
    struct entry entry = {op, {0, 0, 0}, file, offset, length, 0};
    if (real_write(log_fd, &entry, sizeof entry) < 0 || (length && real_write(log_fd, data, length) < 0)) abort();
}

/* Count a call; return 1 when it is the one that must fail. */
static int fails(int is_write, int is_sync) {
    calls++;
    if (full) return is_write ? FULL : 0;
    if (!fail_at || calls < fail_at || (failed && fail_how != SYNC)) return 0;
    if (fail_how == SYNC) { if (!is_sync || failed) return 0; failed = 1; return SYNC; }
    if (calls != fail_at) return 0;
    if (fail_how == FULL) { if (!is_write) { fail_at++; return 0; } full = failed = 1; return FULL; }
    if (fail_how == TORN && !is_write) { fail_at++; return 0; }
    failed = 1;
    return fail_how;
}

void hl_record(const char *where, const char *log) {
    find();
    pthread_mutex_lock(&guard);
    strncpy(folder, where, sizeof folder - 1);
    folder_length = strlen(folder);
    log_fd = real_open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    pthread_mutex_unlock(&guard);
}

void hl_fail(const char *where, long at, int how) {
    find();
    pthread_mutex_lock(&guard);
    strncpy(folder, where, sizeof folder - 1);
    folder_length = strlen(folder);
    calls = 0; failed = full = 0; fail_at = at; fail_how = how;
    pthread_mutex_unlock(&guard);
}

long hl_calls(void) { return calls; }
int hl_failed(void) { return failed; }

__attribute__((constructor)) static void begin(void) {
    const char *where = getenv("HL_FOLDER"), *log = getenv("HL_LOG");
    find();
    if (where && log) hl_record(where, log);
}

static int opened(int fd, const char *path, int flags, int created) {
    if (fd < 0 || fd >= MOST) return fd;
    pthread_mutex_lock(&guard);
    struct stat is;
    ids[fd] = next_id++;
    directory[fd] = !fstat(fd, &is) && S_ISDIR(is.st_mode);
    put('O', ids[fd], (created ? 1 : 0) | (flags & O_TRUNC ? 2 : 0) | (directory[fd] ? 4 : 0), path, strlen(path));
    pthread_mutex_unlock(&guard);
    return fd;
}

static int open_any(const char *path, int flags, mode_t mode) {
    find();
    if (!ours(path)) return real_open(path, flags, mode);
    int created = (flags & O_CREAT) && access(path, F_OK);
    if (created) {
        pthread_mutex_lock(&guard);
        int how = fails(1, 0);
        pthread_mutex_unlock(&guard);
        if (how) { errno = how == FULL ? ENOSPC : EIO; return -1; }
    }
    return opened(real_open(path, flags, mode), path, flags, created);
}

int open(const char *path, int flags, ...) {
    va_list args; va_start(args, flags); mode_t mode = va_arg(args, mode_t); va_end(args);
    return open_any(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    va_list args; va_start(args, flags); mode_t mode = va_arg(args, mode_t); va_end(args);
    return open_any(path, flags | O_LARGEFILE, mode);
}
int openat(int at, const char *path, int flags, ...) {
    va_list args; va_start(args, flags); mode_t mode = va_arg(args, mode_t); va_end(args);
    find();
    return path[0] == '/' ? open_any(path, flags, mode) : real_openat(at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...) {
    va_list args; va_start(args, flags); mode_t mode = va_arg(args, mode_t); va_end(args);
    find();
    return path[0] == '/' ? open_any(path, flags, mode) : real_openat(at, path, flags | O_LARGEFILE, mode);
}

int close(int fd) {
    find();
    if (tracked(fd)) { pthread_mutex_lock(&guard); ids[fd] = 0; pthread_mutex_unlock(&guard); }
    return real_close(fd);
}

/* The call is made while the guard is held: the log has the order in which the system saw them. */
static ssize_t write_any(int fd, const void *data, size_t length, off_t offset, int here) {
    pthread_mutex_lock(&guard);
    int how = fails(1, 0), error = 0;
    ssize_t done = -1;
    if (here) { offset = lseek(fd, 0, SEEK_CUR); if (fcntl(fd, F_GETFL) & O_APPEND) offset = lseek(fd, 0, SEEK_END); }
    if (how == FULL) error = ENOSPC;
    else if (how == EIO_ONCE) error = EIO;
    else {
        size_t part = how == TORN ? length / 2 : length;
        done = part ? real_pwrite(fd, data, part, offset) : 0;
        error = errno;
        if (done > 0) {
            if (here) lseek(fd, offset + done, SEEK_SET);
            put('W', ids[fd], offset, data, done);
        }
        if (how == TORN) { done = -1; error = EIO; }
    }
    pthread_mutex_unlock(&guard);
    if (done < 0) errno = error;
    return done;
}

ssize_t write(int fd, const void *data, size_t length) {
    find();
    return tracked(fd) && !directory[fd] ? write_any(fd, data, length, 0, 1) : real_write(fd, data, length);
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    find();
    return tracked(fd) ? write_any(fd, data, length, offset, 0) : real_pwrite(fd, data, length, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return pwrite(fd, data, length, offset); }

static int truncate_any(int fd, off_t length) {
    pthread_mutex_lock(&guard);
    int how = fails(0, 0), result;
    if (how) { errno = EIO; result = -1; }
    else if (!(result = real_ftruncate(fd, length))) put('T', ids[fd], length, "", 0);
    pthread_mutex_unlock(&guard);
    return result;
}
int ftruncate(int fd, off_t length) { find(); return tracked(fd) ? truncate_any(fd, length) : real_ftruncate(fd, length); }
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

static int sync_any(int fd, int (*real)(int)) {
    pthread_mutex_lock(&guard);
    int how = fails(0, 1), result;
    if (how) { errno = EIO; result = -1; }
    else if (!(result = real(fd))) put('S', ids[fd], 0, "", 0);
    pthread_mutex_unlock(&guard);
    return result;
}
int fsync(int fd) { find(); return tracked(fd) ? sync_any(fd, real_fsync) : real_fsync(fd); }
int fdatasync(int fd) { find(); return tracked(fd) ? sync_any(fd, real_fdatasync) : real_fdatasync(fd); }

int unlink(const char *path) {
    find();
    if (!ours(path)) return real_unlink(path);
    pthread_mutex_lock(&guard);
    int how = fails(0, 0), result;
    if (how) { errno = EIO; result = -1; }
    else if (!(result = real_unlink(path))) put('U', 0, 0, path, strlen(path));
    pthread_mutex_unlock(&guard);
    return result;
}
static int both_names(const char *from, const char *to, uint8_t op, int (*real)(const char *, const char *)) {
    if (!ours(from) || !ours(to)) return real(from, to);
    pthread_mutex_lock(&guard);
    int how = fails(0, 0), result;
    if (how) { errno = EIO; result = -1; }
    else if (!(result = real(from, to))) {
        char both[8192];
        size_t first = strlen(from) + 1, second = strlen(to);
        if (first + second > sizeof both) abort();
        memcpy(both, from, first);
        memcpy(both + first, to, second);
        put(op, 0, first, both, first + second);
    }
    pthread_mutex_unlock(&guard);
    return result;
}
int rename(const char *from, const char *to) { find(); return both_names(from, to, 'R', real_rename); }
int link(const char *from, const char *to) { find(); return both_names(from, to, 'L', real_link); }
