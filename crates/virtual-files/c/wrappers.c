/* The C library's functions that take paths. The program exports them, so that every library of the process calls
 * these. Paths that are not packed cost a search for the program's name; all else is in Rust.
 *
 * Nothing here takes a lock or allocates, where the C library does not. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <libintl.h>
#include <limits.h>
#include <link.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

/* `readdir_r`, which programs still call. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#include "rust.h"

/* What a program or a library defines is called by all that are loaded after it. */
#define EXPORTED __attribute__((visibility("default")))

/* The next function with a name: that of the C library, or of a library that is preloaded. */
#define FOR_EACH_FUNCTION(do) \
    do(access) do(bindtextdomain) do(chdir) do(chmod) do(chown) do(closedir) do(creat) \
    do(creat64) do(dirfd) do(dladdr) do(dladdr1) do(dlmopen) do(dlopen) do(eaccess) do(euidaccess) do(execv) do(execve) do(execveat) \
    do(execvp) do(execvpe) do(faccessat) do(fchmodat) do(fchownat) do(fdopen) do(fopen) do(fopen64) do(freopen) \
    do(freopen64) do(fstat) do(fstat64) do(fstatat) do(fstatat64) do(ftw) do(ftw64) do(futimesat) do(getcwd) \
    do(get_current_dir_name) do(getxattr) do(glob) do(glob64) do(inotify_add_watch) do(lchmod) do(lchown) \
    do(lgetxattr) do(link) do(linkat) do(listxattr) do(llistxattr) do(lremovexattr) do(lsetxattr) do(lstat) \
    do(lstat64) do(lutimes) do(mkdir) do(mkdirat) do(mkdtemp) do(mkfifo) do(mkfifoat) do(mknod) do(mknodat) \
    do(mkostemp) do(mkostemp64) do(mkostemps) do(mkostemps64) do(mkstemp) do(mkstemp64) do(mkstemps) \
    do(mkstemps64) do(nftw) do(nftw64) do(open) do(open64) do(openat) do(openat64) do(opendir) do(pathconf) \
    do(popen) do(posix_spawn) do(posix_spawnp) do(posix_spawn_file_actions_addopen) do(readdir) do(readdir64) \
    do(readdir_r) do(readdir64_r) do(readlink) do(readlinkat) do(realpath) do(remove) do(removexattr) do(rename) \
    do(renameat) do(rewinddir) do(rmdir) do(scandir) do(scandir64) do(scandirat) do(scandirat64) do(seekdir) \
    do(setxattr) do(stat) do(stat64) do(statfs) do(statfs64) do(statvfs) do(statvfs64) do(symlink) do(symlinkat) \
    do(syscall) do(system) do(telldir) do(truncate) do(truncate64) do(unlink) do(unlinkat) do(utime) \
    do(utimensat) do(utimes)

#define DECLARE(name) static __typeof__(&name) next_##name;
FOR_EACH_FUNCTION(DECLARE)
#undef DECLARE
/* Those that older C libraries, or their headers, do not have. */
static int (*next_statx)(int, const char *, int, unsigned, void *);
static int (*next_renameat2)(int, const char *, int, const char *, unsigned);
static int (*next_addchdir)(posix_spawn_file_actions_t *, const char *);

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

void pyox_virtual_files_resolve(void) {
#define RESOLVE(name) if (!next_##name) next_##name = (__typeof__(&name))next(#name);
    FOR_EACH_FUNCTION(RESOLVE)
#undef RESOLVE
    next_statx = (__typeof__(next_statx))next("statx");
    next_renameat2 = (__typeof__(next_renameat2))next("renameat2");
    next_addchdir = (__typeof__(next_addchdir))next("posix_spawn_file_actions_addchdir_np");
}

/* A library may call these before the program has started. */
#define NEXT(name) \
    ({ \
        if (!next_##name) next_##name = (__typeof__(&name))next(#name); \
        next_##name; \
    })

/* Whether a path may be one in the tree: most are not. */
static inline int may_be_packed(const char *path) {
    const char *mark = __atomic_load_n(&pyox_virtual_files_mark, __ATOMIC_ACQUIRE);
    if (!mark || !path) return 0;
    return strstr(path, mark) || (*path != '/' && __atomic_load_n(&pyox_virtual_files_inside, __ATOMIC_RELAXED));
}

/* Looks at a path: 1 if it is in the tree; 0 if not, and then `*path` is the one to use; -1 if that fails. */
static int look(int directory, const char **path, struct meaning *meaning) {
    int found = pyox_virtual_files_look(directory, *path, meaning);
    if (found == 1 && meaning->kind == ELSEWHERE) {
        *path = meaning->path;
        return 0;
    }
    if (found == 1 && meaning->kind == NOT_DIRECTORY) {
        errno = ENOTDIR;
        return -1;
    }
    return found;
}

/* In a function that takes a path: `packed` is what it returns if that is in the tree, where `meaning.path` is the
 * rest of it below the root; else the function goes on, perhaps with another path. */
#define IF_PACKED_AT(directory, path, failed, packed) \
    struct meaning meaning; \
    if (may_be_packed(path)) { \
        int found = look(directory, &path, &meaning); \
        if (found < 0) return failed; \
        if (found > 0) return packed; \
    }
#define IF_PACKED(path, failed, packed) IF_PACKED_AT(AT_FDCWD, path, failed, packed)

/* The same if a real file or directory does: the function goes on with its path. */
#define USE_REAL_AT(directory, path, purpose, failed) \
    struct meaning meaning; \
    char real[PATH_MAX]; \
    if (may_be_packed(path)) { \
        int found = look(directory, &path, &meaning); \
        if (found < 0) return failed; \
        if (found > 0) { \
            if (pyox_virtual_files_real(meaning.path, purpose, real) < 0) return failed; \
            path = real; \
        } \
    }
#define USE_REAL(path, purpose, failed) USE_REAL_AT(AT_FDCWD, path, purpose, failed)

/* A function that changes something: refused in the tree, and in directories of the cache that are open. */
static int is_in_cache(int directory, const char *path) {
    return directory != AT_FDCWD && path && *path != '/' &&
           __atomic_load_n(&pyox_virtual_files_mark, __ATOMIC_ACQUIRE) && pyox_virtual_files_is_in_cache(directory);
}
static int read_only(void) {
    errno = EROFS;
    return -1;
}
#define REFUSE_AT(directory, path, makes) \
    if (is_in_cache(directory, path)) return read_only(); \
    IF_PACKED_AT(directory, path, -1, pyox_virtual_files_refuse(meaning.path, makes))
#define REFUSE(path, makes) IF_PACKED(path, -1, pyox_virtual_files_refuse(meaning.path, makes))

static int no_such_function(void) {
    errno = ENOSYS;
    return -1;
}

long pyox_virtual_files_system_call(long number, char *first, size_t second) {
    int before = errno;
    long result = NEXT(syscall)(number, first, second);
    if (result == -1) result = -errno;
    errno = before;
    return result;
}

#include "open.h"
#include "libraries.h"
#include "facts.h"
#include "changes.h"
#include "directories.h"
#include "programs.h"
#include "system_calls.h"
