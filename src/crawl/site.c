#include "crawl/site.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include <libpsl.h>

enum { NAME_MOST = 254 }; /* a longer one is none of DNS */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const psl_ctx_t *list; /* constant, after once */

/* That of the machine, if it is newer than the library's. */
static void read_list(void)
{
    list = psl_latest(NULL);
    if (list == NULL)
        list = psl_builtin();
}

static bool is_address(const char *host)
{
    struct in_addr address;

    return strchr(host, ':') != NULL || inet_aton(host, &address) != 0;
}

const char *gn_site_of(const char *host, size_t size, size_t *site_size)
{
    char name[NAME_MOST + 1];
    const char *site = NULL;

    if (size > 0 && host[size - 1] == '.')
        size--;
    *site_size = size;
    if (size > NAME_MOST)
        return host;
    memcpy(name, host, size);
    name[size] = '\0';
    (void)pthread_once(&once, read_list);
    if (list != NULL && !is_address(name))
        site = psl_registrable_domain(list, name);
    if (site == NULL)
        return host;
    *site_size = strlen(site);
    return host + (size - *site_size);
}
