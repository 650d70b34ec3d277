/* System calls that a library makes through the C library's function for all of them. */

EXPORTED long syscall(long number, ...) {
    va_list rest;
    va_start(rest, number);
    long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
    long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
    va_end(rest);
    switch (number) {
#ifdef SYS_open
    case SYS_open: return open((const char *)a, (int)b, (mode_t)c);
    case SYS_stat: return stat((const char *)a, (struct stat *)b);
    case SYS_lstat: return lstat((const char *)a, (struct stat *)b);
    case SYS_access: return access((const char *)a, (int)b);
    case SYS_readlink: return readlink((const char *)a, (char *)b, (size_t)c);
    case SYS_unlink: return unlink((const char *)a);
    case SYS_mkdir: return mkdir((const char *)a, (mode_t)b);
    case SYS_rmdir: return rmdir((const char *)a);
    case SYS_rename: return rename((const char *)a, (const char *)b);
#endif
#ifdef SYS_newfstatat
    case SYS_newfstatat:
        if ((int)a == AT_FDCWD || (*(const char *)b && may_be_packed((const char *)b)))
            return fstatat((int)a, (const char *)b, (struct stat *)c, (int)d);
        break;
#endif
    case SYS_openat: return openat((int)a, (const char *)b, (int)c, (mode_t)d);
    case SYS_statx:
        if (b) return statx((int)a, (const char *)b, (int)c, (unsigned)d, (struct statx *)e);
        break;
    case SYS_faccessat: return faccessat((int)a, (const char *)b, (int)c, 0);
#ifdef SYS_faccessat2
    case SYS_faccessat2:
        if (may_be_packed((const char *)b)) return faccessat((int)a, (const char *)b, (int)c, (int)d);
        break;
#endif
    case SYS_readlinkat: return readlinkat((int)a, (const char *)b, (char *)c, (size_t)d);
    case SYS_unlinkat: return unlinkat((int)a, (const char *)b, (int)c);
    case SYS_mkdirat: return mkdirat((int)a, (const char *)b, (mode_t)c);
    case SYS_execve: return execve((const char *)a, (char *const *)b, (char *const *)c);
    case SYS_chdir: return chdir((const char *)a);
    case SYS_inotify_add_watch: return inotify_add_watch((int)a, (const char *)b, (uint32_t)c);
    }
    return NEXT(syscall)(number, a, b, c, d, e, f);
}
