#include "cli/where.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/mem.h"
#include "config/store.h"
#include "control/beside.h"
#include "control/inquiry.h"

enum { WAIT_MS = 30000 };

struct gn_where_line gn_where_line(const struct gn_call *call,
                                   const struct gn_where_flags *flags,
                                   size_t least, size_t most)
{
    const bool named = flags->store != NULL || flags->config != NULL;
    struct gn_where_line line = {*flags, call->items, call->count};

    if (line.count > most || (line.count > least && !named)) {
        line.flags.store = *line.items++;
        line.count--;
    }
    return line;
}

static bool is_store(const char *text)
{
    struct stat found;

    return strncmp(text, "sqlite:", 7) == 0 ||
           (stat(text, &found) == 0 &&
            (S_ISREG(found.st_mode) || strchr(text, '/') != NULL));
}

struct gn_where_line gn_where_sources(const struct gn_call *call,
                                      const struct gn_where_flags *flags)
{
    const bool first = call->count > 0 && is_store(call->items[0]);

    return gn_where_line(call, flags, 0, first ? call->count - 1 : SIZE_MAX);
}

enum gn_exit gn_where_find(const struct gn_where_flags *flags,
                           struct gn_where *where)
{
    struct garner_error err = {0};
    enum garner_code code = GARNER_OK;

    *where = (struct gn_where){.store = flags->store};
    if (flags->store == NULL && flags->config == NULL)
        return gn_exit_usage("which store? name it by --db DB, or a file of "
                             "sources by --config FILE");
    if (flags->store == NULL) {
        code = gn_config_load_store(flags->config, &where->config, &err);
        if (code != GARNER_OK) {
            gn_complain("%s", err.message);
            return GN_EXIT_USAGE;
        }
        where->store = where->config.store;
    }
    code = gn_beside(where->store, "-control", &where->control, &err);
    if (code == GARNER_NOMEM) {
        gn_where_fini(where);
        return gn_exit_error(&err);
    }
    return GN_EXIT_OK; /* a store that is not there has no collector */
}

void gn_where_fini(struct gn_where *where)
{
    gn_free(where->control);
    gn_config_fini(&where->config);
    *where = (struct gn_where){0};
}

enum garner_code gn_where_ask(const struct gn_where *where,
                              const char *const *words, size_t count,
                              struct gn_buf *out, struct garner_error *err)
{
    if (where->control == NULL)
        return gn_fail(err, GARNER_CLOSED,
                       "no collector runs on %.120s; start one with 'garner "
                       "run'",
                       where->store);
    return gn_inquire(where->control, words, count, WAIT_MS, out, err);
}
