#include "cli/renew.h"
#include "cli/lookup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "cli/prepare.h"

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static enum garner_code load(const struct gn_renew *r, struct gn_config *config,
                             struct gn_buf *problems, struct garner_error *err)
{
    struct gn_lookup lookup = {.store = r->open_store};
    const struct gn_values_way way = gn_lookup_way(&lookup);
    enum garner_code code =
        gn_prepare_load(r->path, &way, config, problems, err);

    if (code != GARNER_OK)
        return code;
    code = gn_config_keep(config, r->words, r->count, err);
    if (code == GARNER_OK && !same_text(config->store, r->store))
        code = gn_fail(err, GARNER_INVALID,
                       "%.100s: another store needs another start; it is not "
                       "read again",
                       r->path);
    if (code != GARNER_OK)
        gn_config_fini(config);
    return code;
}

/* A log line for each of the problems, or for the error alone. */
static void log_refusal(const struct gn_renew *r, const struct gn_buf *problems,
                        const struct garner_error *err)
{
    const char *line = gn_buf_cstr(problems);

    if (problems->size == 0)
        gn_log(GN_LOG_ERROR, NULL, "%s", err->message);
    while (*line != '\0') {
        const size_t size = strcspn(line, "\n");

        gn_log(GN_LOG_ERROR, NULL, "%.*s", (int)size, line);
        line += size + (line[size] == '\n');
    }
    gn_log(GN_LOG_WARN, NULL, "%s was not taken; what ran before goes on",
           r->path);
}

enum garner_code gn_renew(const struct gn_renew *r, struct gn_buf *told,
                          struct garner_error *err)
{
    struct gn_buf problems = {0};
    struct gn_config config;
    struct gn_changes n;
    char text[160];
    enum garner_code code;

    gn_manager_send(r->manager, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
                    gn_clock_monotonic_ns() / 1000);
    code = load(r, &config, &problems, err);
    if (code == GARNER_OK) {
        code = gn_engine_reload(r->engine, &config, &n, err);
        gn_config_fini(&config);
    }
    if (code == GARNER_OK) {
        snprintf(text, sizeof text,
                 "%zu new, %zu changed, %zu removed, %zu the same", n.added,
                 n.changed, n.removed, n.same);
        gn_log(GN_LOG_INFO, NULL, "%s read again: %s", r->path, text);
        if (told != NULL)
            gn_buf_printf(told, "%s\n", text);
    } else {
        log_refusal(r, &problems, err);
    }
    gn_buf_fini(&problems);
    gn_manager_send(r->manager, "READY=1");
    return code;
}
