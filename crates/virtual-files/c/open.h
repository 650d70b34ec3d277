/* Files that are opened. */

static int has_mode(int flags) { return (flags & O_CREAT) || (flags & __O_TMPFILE) == __O_TMPFILE; }
#define TAKE_MODE(flags) \
    mode_t mode = 0; \
    if (has_mode(flags)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }
#define OPEN(name) \
    EXPORTED int name(const char *path, int flags, ...) { \
        TAKE_MODE(flags) \
        IF_PACKED(path, -1, pyox_virtual_files_open(meaning.path, flags)) \
        return NEXT(name)(path, flags, mode); \
    }
#define OPEN_AT(name) \
    EXPORTED int name(int directory, const char *path, int flags, ...) { \
        TAKE_MODE(flags) \
        if ((flags & (O_CREAT | O_ACCMODE | O_TRUNC)) && is_in_cache(directory, path)) return read_only(); \
        IF_PACKED_AT(directory, path, -1, pyox_virtual_files_open(meaning.path, flags)) \
        return NEXT(name)(directory, path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
OPEN_AT(openat)
OPEN_AT(openat64)

/* What programs with checks for overflow call. */
EXPORTED int __open_2(const char *path, int flags) { return open(path, flags); }
EXPORTED int __open64_2(const char *path, int flags) { return open64(path, flags); }
EXPORTED int __openat_2(int directory, const char *path, int flags) { return openat(directory, path, flags); }
EXPORTED int __openat64_2(int directory, const char *path, int flags) { return openat64(directory, path, flags); }

#define CREAT(name) \
    EXPORTED int name(const char *path, mode_t mode) { \
        IF_PACKED(path, -1, pyox_virtual_files_open(meaning.path, O_CREAT | O_WRONLY | O_TRUNC)) \
        return NEXT(name)(path, mode); \
    }
CREAT(creat)
CREAT(creat64)

static FILE *open_stream(const char *path, const char *mode) {
    int flags = *mode == 'r' ? O_RDONLY : *mode == 'w' ? O_WRONLY | O_CREAT | O_TRUNC : O_WRONLY | O_CREAT | O_APPEND;
    for (const char *more = mode; *more && *more != ','; more++) {
        if (*more == '+') flags = (flags & ~O_ACCMODE) | O_RDWR;
        if (*more == 'x') flags |= O_EXCL;
        if (*more == 'e') flags |= O_CLOEXEC;
    }
    int descriptor = pyox_virtual_files_open(path, flags);
    if (descriptor < 0) return NULL;
    FILE *stream = NEXT(fdopen)(descriptor, mode);
    if (!stream) {
        int why = errno;
        close(descriptor);
        errno = why;
    }
    return stream;
}
#define FOPEN(name) \
    EXPORTED FILE *name(const char *path, const char *mode) { \
        IF_PACKED(path, NULL, open_stream(meaning.path, mode)) \
        return NEXT(name)(path, mode); \
    }
FOPEN(fopen)
FOPEN(fopen64)
#define FREOPEN(name) \
    EXPORTED FILE *name(const char *path, const char *mode, FILE *stream) { \
        if (may_be_packed(path) && strpbrk(mode, "wa+")) REFUSE_STREAM(path) \
        USE_REAL(path, FOR_READING, NULL) \
        return NEXT(name)(path, mode, stream); \
    }
#define REFUSE_STREAM(path) { \
        struct meaning changed; \
        const char *target = path; \
        int found = look(AT_FDCWD, &target, &changed); \
        if (found < 0 || (found > 0 && pyox_virtual_files_open(changed.path, O_CREAT | O_WRONLY) < 0)) return NULL; \
    }
FREOPEN(freopen)
FREOPEN(freopen64)

EXPORTED int inotify_add_watch(int watches, const char *path, uint32_t mask) {
    USE_REAL(path, FOR_READING, -1)
    return NEXT(inotify_add_watch)(watches, path, mask);
}
EXPORTED char *bindtextdomain(const char *domain, const char *path) {
    USE_REAL(path, FOR_READING, NULL)
    return NEXT(bindtextdomain)(domain, path);
}
