/* Programs that are started. A packed one is made a file, and so are packed files that others are given by their
 * paths; this program has a tree of its own and gets the paths as they are. */

/* What a command line takes is only on the stack if it has packed paths. */
static int has_packed(char *const *arguments) {
    if (!arguments) return 0;
    for (; *arguments; arguments++)
        if (may_be_packed(*arguments)) return 1;
    return 0;
}

/* The program's real path, in `real` if it is packed; null if it cannot be made. A command of Python is run by this
 * program: then that is the result, and `command` has the path in the tree, or else nothing. */
static const char *program(const char *path, char *real, char *command) {
    struct meaning meaning;
    *command = 0;
    int found = may_be_packed(path) ? look(AT_FDCWD, &path, &meaning) : 0;
    if (found < 0) return NULL;
    if (found == 0) return path == meaning.path ? strcpy(real, path) : path;
    int done = pyox_virtual_files_real(meaning.path, FOR_EXECUTION, real);
    if (done < 0) return NULL;
    if (done > 0 && pyox_virtual_files_absolute(meaning.path, command) < 0) return NULL;
    return real;
}

static size_t count_of(char *const *arguments) {
    size_t count = 0;
    while (arguments && arguments[count]) count++;
    return count;
}

/* The command line of a command: the program, the command, and the arguments after the first one. */
static void run_command(const char *path, const char *command, char *const *given, size_t count, char **arguments) {
    arguments[0] = (char *)path;
    arguments[1] = (char *)command;
    for (size_t i = 1; i < count; i++) arguments[i + 1] = given[i];
    arguments[count > 0 ? count + 1 : 2] = NULL;
}

/* Calls `next` with real paths. */
#define START(failed, path, arguments, next) \
    char real[PATH_MAX], command[PATH_MAX]; \
    const char *path = program(given_path, real, command); \
    if (!path) return failed; \
    if (*command) { \
        size_t count = count_of(given_arguments); \
        char *arguments[count + 3]; \
        run_command(path, command, given_arguments, count, arguments); \
        return next; \
    } \
    if (!has_packed(given_arguments) || pyox_virtual_files_is_program(path)) { \
        char *const *arguments = given_arguments; \
        return next; \
    } \
    char line[pyox_virtual_files_command_line_size] __attribute__((aligned(16))); \
    if (pyox_virtual_files_arguments(given_arguments, line) < 0) return failed; \
    char *const *arguments = (char *const *)line; \
    return next;

EXPORTED int execve(const char *given_path, char *const given_arguments[], char *const environment[]) {
    START(-1, path, arguments, NEXT(execve)(path, arguments, environment))
}
EXPORTED int execv(const char *given_path, char *const given_arguments[]) {
    START(-1, path, arguments, NEXT(execv)(path, arguments))
}
EXPORTED int execvp(const char *given_path, char *const given_arguments[]) {
    START(-1, path, arguments, NEXT(execvp)(path, arguments))
}
EXPORTED int execvpe(const char *given_path, char *const given_arguments[], char *const environment[]) {
    START(-1, path, arguments, NEXT(execvpe)(path, arguments, environment))
}
EXPORTED int execveat(int directory, const char *given_path, char *const given_arguments[], char *const environment[],
                      int flags) {
    START(-1, path, arguments, NEXT(execveat)(directory, path, arguments, environment, flags))
}
EXPORTED int posix_spawn(pid_t *process, const char *given_path, const posix_spawn_file_actions_t *actions,
                         const posix_spawnattr_t *attributes, char *const given_arguments[],
                         char *const environment[]) {
    START(errno, path, arguments, NEXT(posix_spawn)(process, path, actions, attributes, arguments, environment))
}
EXPORTED int posix_spawnp(pid_t *process, const char *given_path, const posix_spawn_file_actions_t *actions,
                          const posix_spawnattr_t *attributes, char *const given_arguments[],
                          char *const environment[]) {
    START(errno, path, arguments, NEXT(posix_spawnp)(process, path, actions, attributes, arguments, environment))
}

/* Arguments one by one, until a null pointer. */
#define COLLECT(first) \
    va_list rest, counted; \
    va_start(rest, first); \
    va_copy(counted, rest); \
    size_t count = 1; \
    while (va_arg(counted, char *)) count++; \
    va_end(counted); \
    char *arguments[count + 1]; \
    arguments[0] = (char *)first; \
    for (size_t i = 1; i <= count; i++) arguments[i] = va_arg(rest, char *);
EXPORTED int execl(const char *path, const char *first, ...) {
    COLLECT(first)
    va_end(rest);
    return execv(path, arguments);
}
EXPORTED int execlp(const char *path, const char *first, ...) {
    COLLECT(first)
    va_end(rest);
    return execvp(path, arguments);
}
EXPORTED int execle(const char *path, const char *first, ...) {
    COLLECT(first)
    char *const *environment = va_arg(rest, char *const *);
    va_end(rest);
    return execve(path, arguments, environment);
}

/* The child opens the file and changes its directory by itself: it is given real paths. */
EXPORTED int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions, int descriptor,
                                              const char *path, int flags, mode_t mode) {
    USE_REAL(path, FOR_READING, errno)
    return NEXT(posix_spawn_file_actions_addopen)(actions, descriptor, path, flags, mode);
}
static int add_chdir(posix_spawn_file_actions_t *actions, const char *path) {
    USE_REAL(path, FOR_READING, errno)
    if (!next_addchdir)
        next_addchdir = (__typeof__(next_addchdir))next("posix_spawn_file_actions_addchdir_np");
    return next_addchdir ? next_addchdir(actions, path) : ENOSYS;
}
EXPORTED int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions,
                                                  const char *path) {
    return add_chdir(actions, path);
}
EXPORTED int posix_spawn_file_actions_addchdir(posix_spawn_file_actions_t *actions,
                                               const char *path) {
    return add_chdir(actions, path);
}

/* Commands of the shell. */
static __attribute__((noinline)) int system_packed(const char *command) {
    char line[pyox_virtual_files_command_line_size] __attribute__((aligned(16)));
    const char *changed = pyox_virtual_files_command(command, line);
    return changed ? NEXT(system)(changed) : -1;
}
EXPORTED int system(const char *command) {
    return may_be_packed(command) ? system_packed(command) : NEXT(system)(command);
}
static __attribute__((noinline)) FILE *popen_packed(const char *command, const char *mode) {
    char line[pyox_virtual_files_command_line_size] __attribute__((aligned(16)));
    const char *changed = pyox_virtual_files_command(command, line);
    return changed ? NEXT(popen)(changed, mode) : NULL;
}
EXPORTED FILE *popen(const char *command, const char *mode) {
    return may_be_packed(command) ? popen_packed(command, mode) : NEXT(popen)(command, mode);
}
