/* A disk on which each fsync takes 10 ms: LD_PRELOAD=slowsync.so. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static void rest(void)
{
    struct timespec ten_ms = {0, 10 * 1000 * 1000};
    nanosleep(&ten_ms, 0);
}

int fsync(int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    rest();
    return real(fd);
}

int fdatasync(int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    rest();
    return real(fd);
}
