#include "control/manager.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MESSAGE = 1024 };

/* Of a variable; 0: it is not there, or no number above 0. */
static int64_t number(const char *name)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before other threads */
    const char *text = getenv(name);
    char *end;
    long long n;

    if (text == NULL || *text < '0' || *text > '9')
        return 0;
    n = strtoll(text, &end, 10);
    return *end == '\0' && n > 0 ? n : 0;
}

void gn_manager_init(struct gn_manager *n)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before other threads */
    const char *path = getenv("NOTIFY_SOCKET");
    const int64_t watched = number("WATCHDOG_PID");
    size_t size;

    *n = (struct gn_manager){.address = {.sun_family = AF_UNIX}};
    size = path != NULL ? strlen(path) : 0;
    if (size < 2 || size >= sizeof n->address.sun_path ||
        (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(n->address.sun_path, path, size);
    if (path[0] == '@')
        n->address.sun_path[0] = '\0'; /* an abstract one */
    n->size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
    if (watched == 0 || watched == getpid())
        n->watchdog_ms = number("WATCHDOG_USEC") / 1000;
}

void gn_manager_send(const struct gn_manager *n, const char *format, ...)
{
    char message[MESSAGE];
    va_list args;
    int size;
    int file;

    if (n->size == 0)
        return;
    va_start(args, format);
    size = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (size <= 0)
        return;
    if ((size_t)size >= sizeof message)
        size = sizeof message - 1;
    file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (file < 0)
        return;
    (void)sendto(file, message, (size_t)size, MSG_NOSIGNAL | MSG_DONTWAIT,
                 (const struct sockaddr *)&n->address, n->size);
    (void)close(file);
}
