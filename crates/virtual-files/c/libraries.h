/* Libraries that are loaded, and where they are. */

/* What was loaded from memory is known by a path that says nothing: its path in the tree does. */
static void name_packed(Dl_info *info) {
    const char *name = info->dli_fname;
    if (!name || !__atomic_load_n(&pyox_virtual_files_mark, __ATOMIC_ACQUIRE)) return;
    const char *path = pyox_virtual_files_loaded_path(name);
    if (path) info->dli_fname = path;
}
EXPORTED int dladdr(const void *address, Dl_info *info) {
    int found = NEXT(dladdr)(address, info);
    if (found) name_packed(info);
    return found;
}
EXPORTED int dladdr1(const void *address, Dl_info *info, void **more, int flags) {
    int found = NEXT(dladdr1)(address, info, more, flags);
    if (found) name_packed(info);
    return found;
}

/* The name of a library must not be on the stack, which is gone when the next function runs. */
static __thread char library_path[PATH_MAX] __attribute__((tls_model("initial-exec")));

static const char *packed_library(const char *path) {
    struct meaning meaning;
    int found = look(AT_FDCWD, &path, &meaning);
    if (found > 0 && pyox_virtual_files_library(meaning.path, library_path) == 0) return library_path;
    if (found == 0 && path == meaning.path) return strcpy(library_path, path);
    return path;
}

/* A library without a directory is looked for where the one that loads it says, in DT_RUNPATH or DT_RPATH. The dynamic
 * loader does not know where a packed one is. */
static const char *library_beside(const char *name, const void *caller) {
    Dl_info info;
    struct link_map *map = NULL;
    char path[PATH_MAX], seen[PATH_MAX];
    if (!NEXT(dladdr1)(caller, &info, (void **)&map, RTLD_DL_LINKMAP) || !map || !info.dli_fname) return name;
    const char *packed = pyox_virtual_files_loaded_path(info.dli_fname);
    if (!packed && pyox_virtual_files_seen(info.dli_fname, seen) == 0) packed = seen;
    if (!packed) return name;
    const char *strings = NULL, *places = NULL;
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_STRTAB) strings = (const char *)entry->d_un.d_ptr;
    if (!strings) return name;
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_RUNPATH || (entry->d_tag == DT_RPATH && !places)) places = strings + entry->d_un.d_val;
    size_t directory = (size_t)(strrchr(packed, '/') - packed);
    while (places && *places) {
        size_t length = strcspn(places, ":");
        size_t origin = strncmp(places, "$ORIGIN", 7) == 0 ? 7 : strncmp(places, "${ORIGIN}", 9) == 0 ? 9 : 0;
        if (origin && directory + length + strlen(name) + 2 < PATH_MAX) {
            char *end = mempcpy(mempcpy(path, packed, directory), places + origin, length - origin);
            *end = '/';
            strcpy(end + 1, name);
            const char *found = packed_library(path);
            if (found == library_path) return found;
        }
        places += length + (places[length] == ':');
    }
    return name;
}

static __attribute__((noinline)) const char *library_to_load(const char *path, const void *caller) {
    int before = errno;
    path = strchr(path, '/') ? packed_library(path) : library_beside(path, caller);
    errno = before;
    return path;
}
static inline int may_be_packed_library(const char *path) {
    return may_be_packed(path) ||
           (path && *path && __atomic_load_n(&pyox_virtual_files_mark, __ATOMIC_ACQUIRE) && !strchr(path, '/'));
}

/* The C library, too, knows who calls by the address to return to: so these must be jumps. Optimised, they are. */
EXPORTED void *dlopen(const char *path, int flags) {
    if (may_be_packed_library(path)) path = library_to_load(path, __builtin_return_address(0));
    return NEXT(dlopen)(path, flags);
}
EXPORTED void *dlmopen(Lmid_t space, const char *path, int flags) {
    if (may_be_packed_library(path)) path = library_to_load(path, __builtin_return_address(0));
    return NEXT(dlmopen)(space, path, flags);
}
