/* What changes files: nothing packed can be changed. */

#define CHANGE(name, makes, parameters, path, arguments) \
    EXPORTED int name parameters { \
        REFUSE(path, makes) \
        return NEXT(name) ? NEXT(name) arguments : no_such_function(); \
    }
#define CHANGE_AT(name, makes, parameters, directory, path, arguments) \
    EXPORTED int name parameters { \
        REFUSE_AT(directory, path, makes) \
        return NEXT(name) ? NEXT(name) arguments : no_such_function(); \
    }
CHANGE(mkdir, 1, (const char *path, mode_t mode), path, (path, mode))
CHANGE(mkfifo, 1, (const char *path, mode_t mode), path, (path, mode))
CHANGE(mknod, 1, (const char *path, mode_t mode, dev_t device), path, (path, mode, device))
CHANGE(rmdir, 0, (const char *path), path, (path))
CHANGE(unlink, 0, (const char *path), path, (path))
CHANGE(remove, 0, (const char *path), path, (path))
CHANGE(chmod, 0, (const char *path, mode_t mode), path, (path, mode))
CHANGE(lchmod, 0, (const char *path, mode_t mode), path, (path, mode))
CHANGE(chown, 0, (const char *path, uid_t owner, gid_t group), path, (path, owner, group))
CHANGE(lchown, 0, (const char *path, uid_t owner, gid_t group), path, (path, owner, group))
CHANGE(truncate, 0, (const char *path, off_t length), path, (path, length))
CHANGE(truncate64, 0, (const char *path, off64_t length), path, (path, length))
CHANGE(utime, 0, (const char *path, const struct utimbuf *times), path, (path, times))
CHANGE(utimes, 0, (const char *path, const struct timeval times[2]), path, (path, times))
CHANGE(lutimes, 0, (const char *path, const struct timeval times[2]), path, (path, times))
CHANGE(symlink, 1, (const char *target, const char *path), path, (target, path))
CHANGE(setxattr, 0, (const char *path, const char *name, const void *value, size_t size, int flags), path,
       (path, name, value, size, flags))
CHANGE(lsetxattr, 0, (const char *path, const char *name, const void *value, size_t size, int flags), path,
       (path, name, value, size, flags))
CHANGE(removexattr, 0, (const char *path, const char *name), path, (path, name))
CHANGE(lremovexattr, 0, (const char *path, const char *name), path, (path, name))

CHANGE_AT(mkdirat, 1, (int at, const char *path, mode_t mode), at, path, (at, path, mode))
CHANGE_AT(mkfifoat, 1, (int at, const char *path, mode_t mode), at, path, (at, path, mode))
CHANGE_AT(mknodat, 1, (int at, const char *path, mode_t mode, dev_t device), at, path, (at, path, mode, device))
CHANGE_AT(unlinkat, 0, (int at, const char *path, int flags), at, path, (at, path, flags))
CHANGE_AT(fchmodat, 0, (int at, const char *path, mode_t mode, int flags), at, path, (at, path, mode, flags))
CHANGE_AT(fchownat, 0, (int at, const char *path, uid_t owner, gid_t group, int flags), at, path,
          (at, path, owner, group, flags))
CHANGE_AT(utimensat, 0, (int at, const char *path, const struct timespec times[2], int flags), at, path,
          (at, path, times, flags))
CHANGE_AT(futimesat, 0, (int at, const char *path, const struct timeval times[2]), at, path, (at, path, times))
CHANGE_AT(symlinkat, 1, (const char *target, int at, const char *path), at, path, (target, at, path))

/* Programs for older C libraries than 2.33 call these. */
EXPORTED int __xmknod(int version, const char *path, mode_t mode, dev_t *device) {
    return (void)version, mknod(path, mode, *device);
}
EXPORTED int __xmknodat(int version, int at, const char *path, mode_t mode, dev_t *device) {
    return (void)version, mknodat(at, path, mode, *device);
}

/* Two paths. What is packed is in another file system than all else. */
static int between(int from, const char **old, int to, const char **new, struct meaning *a, struct meaning *b, int moves) {
    if (is_in_cache(to, *new) || (moves && is_in_cache(from, *old))) return read_only();
    int old_is_packed = may_be_packed(*old) ? look(from, old, a) : 0;
    int new_is_packed = old_is_packed >= 0 && may_be_packed(*new) ? look(to, new, b) : 0;
    if (old_is_packed < 0 || new_is_packed < 0) return -1;
    if (old_is_packed && pyox_virtual_files_access(a->path, F_OK) < 0) return -1;
    if (new_is_packed) return pyox_virtual_files_refuse(b->path, !moves);
    if (!old_is_packed) return 0;
    errno = moves ? EROFS : EXDEV;
    return -1;
}
#define BETWEEN(from, old, to, new, moves) \
    struct meaning a, b; \
    if (between(from, &old, to, &new, &a, &b, moves) < 0) return -1;
EXPORTED int rename(const char *old, const char *new) {
    BETWEEN(AT_FDCWD, old, AT_FDCWD, new, 1)
    return NEXT(rename)(old, new);
}
EXPORTED int renameat(int from, const char *old, int to, const char *new) {
    BETWEEN(from, old, to, new, 1)
    return NEXT(renameat)(from, old, to, new);
}
EXPORTED int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    BETWEEN(from, old, to, new, 1)
    if (!next_renameat2) next_renameat2 = (__typeof__(next_renameat2))next("renameat2");
    if (next_renameat2) return next_renameat2(from, old, to, new, flags);
    return NEXT(syscall)(SYS_renameat2, from, old, to, new, flags);
}
EXPORTED int link(const char *old, const char *new) {
    BETWEEN(AT_FDCWD, old, AT_FDCWD, new, 0)
    return NEXT(link)(old, new);
}
EXPORTED int linkat(int from, const char *old, int to, const char *new, int flags) {
    BETWEEN(from, old, to, new, 0)
    return NEXT(linkat)(from, old, to, new, flags);
}

/* Files with names of their own. */
static int is_made_in_tree(char *pattern) {
    struct meaning meaning;
    const char *path = pattern;
    if (!may_be_packed(path)) return 0;
    int found = look(AT_FDCWD, &path, &meaning);
    if (found > 0) read_only();
    return found;
}
#define TEMPORARY(name, parameters, arguments) \
    EXPORTED int name parameters { return is_made_in_tree(pattern) ? -1 : NEXT(name) arguments; }
TEMPORARY(mkstemp, (char *pattern), (pattern))
TEMPORARY(mkstemp64, (char *pattern), (pattern))
TEMPORARY(mkostemp, (char *pattern, int flags), (pattern, flags))
TEMPORARY(mkostemp64, (char *pattern, int flags), (pattern, flags))
TEMPORARY(mkstemps, (char *pattern, int suffix), (pattern, suffix))
TEMPORARY(mkstemps64, (char *pattern, int suffix), (pattern, suffix))
TEMPORARY(mkostemps, (char *pattern, int suffix, int flags), (pattern, suffix, flags))
TEMPORARY(mkostemps64, (char *pattern, int suffix, int flags), (pattern, suffix, flags))
EXPORTED char *mkdtemp(char *pattern) { return is_made_in_tree(pattern) ? NULL : NEXT(mkdtemp)(pattern); }
