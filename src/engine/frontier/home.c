#include "engine/frontier/home.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "engine/host/host.h"
#include "fetch/address.h"

struct gn_home {
    bool is_private;
    size_t count;
    char *names[]; /* each once */
};

bool gn_home_has(const struct gn_home *home, const char *name)
{
    for (size_t i = 0; i < home->count; i++)
        if (strcmp(home->names[i], name) == 0)
            return true;
    return false;
}

bool gn_home_is_private(const struct gn_home *home)
{
    return home->is_private;
}

void gn_home_free(struct gn_home *home)
{
    if (home == NULL)
        return;
    for (size_t i = 0; i < home->count; i++)
        gn_free(home->names[i]);
    gn_free(home);
}

enum garner_code gn_home_new(const struct gn_crawl *crawl, struct gn_home **out,
                             struct garner_error *err)
{
    struct gn_home *home =
        gn_alloc(sizeof *home + crawl->start_count * sizeof home->names[0]);
    bool ok = home != NULL;

    for (size_t i = 0; ok && i < crawl->start_count; i++) {
        char *name = gn_host_name(crawl->starts[i]);

        ok = name != NULL;
        if (ok && !gn_home_has(home, name))
            home->names[home->count++] = name;
        else
            gn_free(name);
        home->is_private =
            home->is_private || gn_address_url_is_private(crawl->starts[i]);
    }
    *out = ok ? home : NULL;
    if (ok)
        return GARNER_OK;
    gn_home_free(home);
    return gn_fail(err, GARNER_NOMEM, "out of memory for a crawl");
}
