/* What is asked about files. */

/* The same on all machines with 64 bits. */
_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "one structure");

#define STAT(name, type) \
    EXPORTED int name(const char *path, type *found_facts) { \
        IF_PACKED(path, -1, pyox_virtual_files_stat(meaning.path, (struct stat *)found_facts)) \
        return NEXT(name) ? NEXT(name)(path, found_facts) \
                          : kernel_stat(AT_FDCWD, path, (struct stat *)found_facts, #name[0] == 'l' ? AT_SYMLINK_NOFOLLOW : 0); \
    }
/* C libraries before 2.33 have no functions of these names. */
static int kernel_stat(int directory, const char *path, struct stat *found, int flags) {
#ifdef SYS_newfstatat
    return NEXT(syscall)(SYS_newfstatat, directory, path, found, flags);
#else
    return NEXT(syscall)(SYS_fstatat, directory, path, found, flags);
#endif
}
STAT(stat, struct stat)
STAT(stat64, struct stat64)
STAT(lstat, struct stat)
STAT(lstat64, struct stat64)

/* Only what has the time of packed files, or is a directory, can be packed. */
static inline void correct(int descriptor, struct stat *found) {
    if (__atomic_load_n(&pyox_virtual_files_mark, __ATOMIC_ACQUIRE)) pyox_virtual_files_correct(descriptor, found);
}
#define FSTAT(name, type) \
    EXPORTED int name(int descriptor, type *found_facts) { \
        int done = NEXT(name) ? NEXT(name)(descriptor, found_facts) \
                              : kernel_stat(descriptor, "", (struct stat *)found_facts, AT_EMPTY_PATH); \
        if (done == 0) correct(descriptor, (struct stat *)found_facts); \
        return done; \
    }
FSTAT(fstat, struct stat)
FSTAT(fstat64, struct stat64)

static inline void correct_at(int directory, const char *path, struct stat *found, int flags) {
    if (!__atomic_load_n(&pyox_virtual_files_mark, __ATOMIC_ACQUIRE) || directory == AT_FDCWD) return;
    if ((flags & AT_EMPTY_PATH) && !*path) pyox_virtual_files_correct(directory, found);
    else pyox_virtual_files_correct_at(directory, path, found);
}
#define FSTATAT(name, type) \
    EXPORTED int name(int directory, const char *path, type *found_facts, int flags) { \
        IF_PACKED_AT(directory, path, -1, pyox_virtual_files_stat(meaning.path, (struct stat *)found_facts)) \
        int done = NEXT(name) ? NEXT(name)(directory, path, found_facts, flags) \
                              : kernel_stat(directory, path, (struct stat *)found_facts, flags); \
        if (done == 0) correct_at(directory, path, (struct stat *)found_facts, flags); \
        return done; \
    }
FSTATAT(fstatat, struct stat)
FSTATAT(fstatat64, struct stat64)

EXPORTED int statx(int directory, const char *path, int flags, unsigned mask, struct statx *facts) {
    IF_PACKED_AT(directory, path, -1, pyox_virtual_files_statx(meaning.path, facts))
    if (!next_statx) next_statx = (__typeof__(next_statx))next("statx");
    int done = next_statx ? next_statx(directory, path, flags, mask, facts)
                          : (int)NEXT(syscall)(SYS_statx, directory, path, flags, mask, facts);
    if (done != 0 || directory == AT_FDCWD || !__atomic_load_n(&pyox_virtual_files_mark, __ATOMIC_ACQUIRE)) return done;
    /* What is open may be packed: the facts are those of the path. */
    pyox_virtual_files_correct_extended(directory, path, (flags & AT_EMPTY_PATH) != 0, facts);
    return 0;
}

/* What programs call that were compiled with headers of C libraries before 2.33. */
#define OLD_STAT(old, name, type) \
    EXPORTED int old(int version, const char *path, type *found) { return (void)version, name(path, found); }
OLD_STAT(__xstat, stat, struct stat)
OLD_STAT(__xstat64, stat64, struct stat64)
OLD_STAT(__lxstat, lstat, struct stat)
OLD_STAT(__lxstat64, lstat64, struct stat64)
EXPORTED int __fxstat(int version, int descriptor, struct stat *found) { return (void)version, fstat(descriptor, found); }
EXPORTED int __fxstat64(int version, int descriptor, struct stat64 *found) {
    return (void)version, fstat64(descriptor, found);
}
EXPORTED int __fxstatat(int version, int directory, const char *path, struct stat *found, int flags) {
    return (void)version, fstatat(directory, path, found, flags);
}
EXPORTED int __fxstatat64(int version, int directory, const char *path, struct stat64 *found, int flags) {
    return (void)version, fstatat64(directory, path, found, flags);
}

#define ACCESS(name) \
    EXPORTED int name(const char *path, int mode) { \
        IF_PACKED(path, -1, pyox_virtual_files_access(meaning.path, mode)) \
        return NEXT(name)(path, mode); \
    }
ACCESS(access)
ACCESS(eaccess)
ACCESS(euidaccess)
EXPORTED int faccessat(int directory, const char *path, int mode, int flags) {
    if ((mode & W_OK) && is_in_cache(directory, path)) return read_only();
    IF_PACKED_AT(directory, path, -1, pyox_virtual_files_access(meaning.path, mode))
    return NEXT(faccessat)(directory, path, mode, flags);
}

/* Nothing packed is a symbolic link. */
static int no_link(const char *path) {
    if (pyox_virtual_files_access(path, F_OK) == 0) errno = EINVAL;
    return -1;
}
EXPORTED ssize_t readlink(const char *path, char *target, size_t size) {
    IF_PACKED(path, -1, no_link(meaning.path))
    return NEXT(readlink)(path, target, size);
}
EXPORTED ssize_t readlinkat(int directory, const char *path, char *target, size_t size) {
    IF_PACKED_AT(directory, path, -1, no_link(meaning.path))
    return NEXT(readlinkat)(directory, path, target, size);
}
EXPORTED ssize_t __readlink_chk(const char *path, char *target, size_t size, size_t room) {
    if (size > room) abort();
    return readlink(path, target, size);
}
EXPORTED ssize_t __readlinkat_chk(int directory, const char *path, char *target, size_t size, size_t room) {
    if (size > room) abort();
    return readlinkat(directory, path, target, size);
}

static char *resolve_packed(const char *path, char *resolved) {
    char absolute[PATH_MAX];
    if (pyox_virtual_files_absolute(path, absolute) < 0) return NULL;
    return resolved ? strcpy(resolved, absolute) : strdup(absolute);
}
EXPORTED char *realpath(const char *path, char *resolved) {
    IF_PACKED(path, NULL, resolve_packed(meaning.path, resolved))
    return NEXT(realpath)(path, resolved);
}
EXPORTED char *__realpath_chk(const char *path, char *resolved, size_t room) {
    if (room < PATH_MAX) abort();
    return realpath(path, resolved);
}
EXPORTED char *canonicalize_file_name(const char *path) { return realpath(path, NULL); }

/* The working directory may be one of the cache: it is seen as packed. */
EXPORTED char *getcwd(char *path, size_t size) {
    char *found = NEXT(getcwd)(path, size);
    char seen[PATH_MAX];
    if (!found || !__atomic_load_n(&pyox_virtual_files_inside, __ATOMIC_RELAXED)) return found;
    if (pyox_virtual_files_seen(found, seen) < 0) return found;
    size_t length = strlen(seen) + 1;
    if (!path) {
        free(found);
        if (size == 0) return strdup(seen);
        found = length <= size ? malloc(size) : NULL;
    } else if (length > size) found = NULL;
    if (!found) {
        errno = ERANGE;
        return NULL;
    }
    return memcpy(found, seen, length);
}
EXPORTED char *__getcwd_chk(char *path, size_t size, size_t room) {
    if (size > room) abort();
    return getcwd(path, size);
}
EXPORTED char *get_current_dir_name(void) {
    return __atomic_load_n(&pyox_virtual_files_inside, __ATOMIC_RELAXED) ? getcwd(NULL, 0) : NEXT(get_current_dir_name)();
}

/* The file system is that of the cache, which can be written to by others. */
#define FILE_SYSTEM(name, type) \
    EXPORTED int name(const char *path, type *facts) { \
        USE_REAL(path, FOR_READING, -1) \
        return NEXT(name)(path, facts); \
    }
FILE_SYSTEM(statfs, struct statfs)
FILE_SYSTEM(statfs64, struct statfs64)
FILE_SYSTEM(statvfs, struct statvfs)
FILE_SYSTEM(statvfs64, struct statvfs64)
EXPORTED long pathconf(const char *path, int name) {
    IF_PACKED(path, -1, pyox_virtual_files_access(meaning.path, F_OK) < 0 ? -1 : NEXT(pathconf)("/", name))
    return NEXT(pathconf)(path, name);
}

/* Packed files have no extended attributes. */
static ssize_t no_attribute(const char *path) {
    if (pyox_virtual_files_access(path, F_OK) == 0) errno = ENODATA;
    return -1;
}
#define GET_ATTRIBUTE(name) \
    EXPORTED ssize_t name(const char *path, const char *attribute, void *value, size_t size) { \
        IF_PACKED(path, -1, no_attribute(meaning.path)) \
        return NEXT(name)(path, attribute, value, size); \
    }
GET_ATTRIBUTE(getxattr)
GET_ATTRIBUTE(lgetxattr)
#define LIST_ATTRIBUTES(name) \
    EXPORTED ssize_t name(const char *path, char *list, size_t size) { \
        IF_PACKED(path, -1, pyox_virtual_files_access(meaning.path, F_OK)) \
        return NEXT(name)(path, list, size); \
    }
LIST_ATTRIBUTES(listxattr)
LIST_ATTRIBUTES(llistxattr)
