/* What code in C does with the paths of files. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int visited;
static int visit(const char *path, const struct stat *facts, int flag, struct FTW *where) {
    visited += flag == FTW_F && !strstr(path, "__pycache__");
    return 0;
}
static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void say(const char *what, int failed) { printf("%s: %s\n", what, failed ? strerror(errno) : "ok"); }

/* Prints the same whatever the directory is. */
void probe(const char *directory) {
    char path[PATH_MAX], line[64];
    struct stat facts, of_open;
    setvbuf(stdout, NULL, _IONBF, 0);

    snprintf(path, sizeof path, "%s/data.txt", directory);
    FILE *stream = fopen(path, "r");
    printf("fopen: %s", stream ? fgets(line, sizeof line, stream) : strerror(errno));
    printf("\n");
    if (stream) fstat(fileno(stream), &of_open), fclose(stream);
    say("stat", stat(path, &facts));
    printf("same: %d %d\n", facts.st_ino == of_open.st_ino && facts.st_dev == of_open.st_dev, (int)facts.st_size);
    stream = freopen(path, "r", fopen("/dev/null", "r"));
    printf("freopen: %d\n", stream && fgets(line, sizeof line, stream) != NULL);
    int descriptor = open(path, O_RDONLY);
    printf("read: %d\n", (int)read(descriptor, line, 4));
    close(descriptor);
    descriptor = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
    printf("syscall: %d\n", (int)read(descriptor, line, 4));
    close(descriptor);
    struct statx extended;
    say("statx", statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &extended));
    printf("statx: %d %d\n", (int)extended.stx_size, extended.stx_ino == facts.st_ino);
    char *resolved = realpath(path, NULL);
    printf("realpath: %d\n", resolved && strcmp(resolved, path) == 0);
    free(resolved);
    say("access", access(path, R_OK));
    say("readlink", readlink(path, line, sizeof line) < 0);

    char *names[64];
    int count = 0;
    DIR *stream_of_names = opendir(directory);
    for (struct dirent *entry; stream_of_names && (entry = readdir(stream_of_names)) && count < 64;)
        if (strcmp(entry->d_name, "__pycache__") != 0) names[count++] = strdup(entry->d_name);
    long position = telldir(stream_of_names);
    rewinddir(stream_of_names);
    int again = 0;
    while (readdir(stream_of_names)) again++;
    printf("position: %d\n", position > 0);
    say("dirfd", fstatat(dirfd(stream_of_names), "data.txt", &facts, 0));
    say("closedir", closedir(stream_of_names));
    qsort(names, count, sizeof *names, compare);
    for (int i = 0; i < count; i++) printf("%s ", names[i]);
    printf("%d\n", again >= count);

    say("nftw", nftw(directory, visit, 8, FTW_PHYS));
    printf("visited: %d\n", visited);
    struct dirent **scanned;
    snprintf(path, sizeof path, "%s/templates", directory);
    printf("scandir: %d\n", scandir(path, &scanned, NULL, alphasort));
    glob_t found;
    snprintf(path, sizeof path, "%s/*.txt", directory);
    int done = glob(path, 0, NULL, &found);
    printf("glob: %d %s\n", done, done == 0 ? basename(found.gl_pathv[0]) : "");
    snprintf(path, sizeof path, "cat %s/data.txt", directory);
    FILE *command = popen(path, "r");
    printf("popen: %d\n", fgets(line, sizeof line, command) != NULL);
    pclose(command);

    snprintf(path, sizeof path, "%s/native/libouter.so", directory);
    void *library = dlopen(path, RTLD_NOW);
    printf("dlopen: %s\n", library ? "ok" : dlerror());
    const char *(*outer)(void) = library ? dlsym(library, "outer") : NULL;
    printf("outer: %s\n", outer ? outer() : "");
    Dl_info info;
    if (outer && dladdr((void *)outer, &info)) printf("dladdr: %s\n", basename((char *)info.dli_fname));
    printf("again: %d\n", dlopen(path, RTLD_NOW) == library);
}
