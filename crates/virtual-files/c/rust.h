/* What is in Rust: src/exports.rs and src/exports say what it does. */
enum meaning_kind { ELSEWHERE = 1, PACKED = 2, NOT_DIRECTORY = 3 };
struct meaning {
    enum meaning_kind kind;
    char path[4096];
};
enum purpose { FOR_READING = 0, FOR_EXECUTION = 1, FOR_WORKING_DIRECTORY = 2 };

extern const char *pyox_virtual_files_mark;
extern _Bool pyox_virtual_files_inside;
extern char pyox_virtual_files_streams[];
extern const size_t pyox_virtual_files_streams_length;
extern const int pyox_virtual_files_command_line_size;

int pyox_virtual_files_look(int directory, const char *path, struct meaning *meaning);
int pyox_virtual_files_stat(const char *path, struct stat *found);
int pyox_virtual_files_statx(const char *path, void *found);
void pyox_virtual_files_correct(int descriptor, struct stat *found);
void pyox_virtual_files_correct_at(int directory, const char *path, struct stat *found);
void pyox_virtual_files_correct_extended(int descriptor, const char *path, int is_open, void *found);
int pyox_virtual_files_is_in_cache(int descriptor);
int pyox_virtual_files_access(const char *path, int mode);
int pyox_virtual_files_refuse(const char *path, int made);
int pyox_virtual_files_open(const char *path, int flags);
int pyox_virtual_files_real(const char *path, int purpose, char *real);
int pyox_virtual_files_library(const char *path, char *real);
const char *pyox_virtual_files_loaded_path(const char *name);
int pyox_virtual_files_absolute(const char *path, char *absolute);
int pyox_virtual_files_seen(const char *path, char *absolute);
void *pyox_virtual_files_list(const char *path);
void *pyox_virtual_files_next(void *stream);
long pyox_virtual_files_seek(void *stream, long position);
int pyox_virtual_files_end(void *stream);
int pyox_virtual_files_descriptor(void *stream);
int pyox_virtual_files_is_program(const char *path);
int pyox_virtual_files_arguments(char *const *arguments, void *line);
const char *pyox_virtual_files_command(const char *command, void *line);
