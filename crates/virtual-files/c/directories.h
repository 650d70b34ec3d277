/* Directories that are listed. Streams of packed ones are in memory of Rust: that tells them from others. */

static inline int is_packed_stream(const void *stream) {
    return (size_t)((const char *)stream - pyox_virtual_files_streams) < pyox_virtual_files_streams_length;
}

EXPORTED DIR *opendir(const char *path) {
    IF_PACKED(path, NULL, pyox_virtual_files_list(meaning.path))
    return NEXT(opendir)(path);
}
EXPORTED struct dirent *readdir(DIR *stream) {
    if (is_packed_stream(stream)) return pyox_virtual_files_next(stream);
    return NEXT(readdir)(stream);
}
EXPORTED struct dirent64 *readdir64(DIR *stream) {
    if (is_packed_stream(stream)) return pyox_virtual_files_next(stream);
    return NEXT(readdir64)(stream);
}
_Static_assert(sizeof(struct dirent) == sizeof(struct dirent64), "one structure");
EXPORTED int readdir_r(DIR *stream, struct dirent *entry, struct dirent **result) {
    if (!is_packed_stream(stream)) return NEXT(readdir_r)(stream, entry, result);
    struct dirent *found = pyox_virtual_files_next(stream);
    *result = found ? memcpy(entry, found, sizeof *entry) : NULL;
    return 0;
}
EXPORTED int readdir64_r(DIR *stream, struct dirent64 *entry, struct dirent64 **result) {
    if (!is_packed_stream(stream)) return NEXT(readdir64_r)(stream, entry, result);
    struct dirent64 *found = pyox_virtual_files_next(stream);
    *result = found ? memcpy(entry, found, sizeof *entry) : NULL;
    return 0;
}
EXPORTED int closedir(DIR *stream) {
    if (!is_packed_stream(stream)) return NEXT(closedir)(stream);
    int descriptor = pyox_virtual_files_end(stream);
    return descriptor < 0 ? 0 : close(descriptor);
}
EXPORTED void rewinddir(DIR *stream) {
    if (is_packed_stream(stream)) pyox_virtual_files_seek(stream, 0);
    else NEXT(rewinddir)(stream);
}
EXPORTED void seekdir(DIR *stream, long position) {
    if (is_packed_stream(stream)) pyox_virtual_files_seek(stream, position);
    else NEXT(seekdir)(stream, position);
}
EXPORTED long telldir(DIR *stream) {
    return is_packed_stream(stream) ? pyox_virtual_files_seek(stream, -1) : NEXT(telldir)(stream);
}
EXPORTED int dirfd(DIR *stream) {
    return is_packed_stream(stream) ? pyox_virtual_files_descriptor(stream) : NEXT(dirfd)(stream);
}

/* What the C library does by itself, without the functions above: it is given the directory of the cache. */
#define WALK(name, parameters, arguments) \
    EXPORTED int name parameters { \
        USE_REAL(path, FOR_READING, -1) \
        return NEXT(name) arguments; \
    }
WALK(ftw, (const char *path, __ftw_func_t visit, int descriptors), (path, visit, descriptors))
WALK(ftw64, (const char *path, __ftw64_func_t visit, int descriptors), (path, visit, descriptors))
WALK(nftw, (const char *path, __nftw_func_t visit, int descriptors, int flags), (path, visit, descriptors, flags))
WALK(nftw64, (const char *path, __nftw64_func_t visit, int descriptors, int flags), (path, visit, descriptors, flags))
#define SCAN(name, type) \
    EXPORTED int name(const char *path, type ***names, int (*choose)(const type *), \
                      int (*compare)(const type **, const type **)) { \
        USE_REAL(path, FOR_READING, -1) \
        return NEXT(name)(path, names, choose, compare); \
    }
SCAN(scandir, struct dirent)
SCAN(scandir64, struct dirent64)
#define SCAN_AT(name, type) \
    EXPORTED int name(int directory, const char *path, type ***names, int (*choose)(const type *), \
                      int (*compare)(const type **, const type **)) { \
        USE_REAL_AT(directory, path, FOR_READING, -1) \
        return NEXT(name)(directory, path, names, choose, compare); \
    }
SCAN_AT(scandirat, struct dirent)
SCAN_AT(scandirat64, struct dirent64)

/* The directory before the first character that stands for others, and the rest of the pattern after it. */
static int real_pattern(const char *pattern, char *real) {
    const char *special = strpbrk(pattern, "*?[{\\");
    const char *end = special ? special : pattern + strlen(pattern);
    while (end > pattern && end[-1] != '/') end--;
    size_t length = end - pattern;
    if (length == 0 || length >= PATH_MAX) return 0;
    char path[PATH_MAX];
    memcpy(path, pattern, length);
    path[length] = 0;
    const char *directory = path;
    struct meaning meaning;
    if (look(AT_FDCWD, &directory, &meaning) <= 0) return 0;
    if (pyox_virtual_files_real(meaning.path, FOR_READING, real) < 0) return 0;
    if (strlen(real) + strlen(end) + 2 > PATH_MAX) return 0;
    strcat(strcat(real, "/"), end);
    return 1;
}
#define GLOB(name, type) \
    EXPORTED int name(const char *pattern, int flags, int (*failed)(const char *, int), type *found) { \
        char real[PATH_MAX]; \
        if (may_be_packed(pattern) && real_pattern(pattern, real)) pattern = real; \
        return NEXT(name)(pattern, flags, failed, found); \
    }
GLOB(glob, glob_t)
GLOB(glob64, glob64_t)

EXPORTED int chdir(const char *path) {
    USE_REAL(path, FOR_WORKING_DIRECTORY, -1)
    return NEXT(chdir)(path);
}
