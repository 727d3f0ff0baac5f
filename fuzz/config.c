/* config.c - any bytes as a garner.yaml: a configuration, or problems. */
#include <string.h>

#include "base/error.h"
#include "base/url.h"
#include "config/load.h"
#include "target.h"

static void check_source(const struct gn_source *s)
{
    struct gn_url parts;

    GN_CHECK(s->name != NULL && s->name[0] != '\0' && s->line > 0);
    GN_CHECK(gn_url_split(s->request.url, &parts, NULL) == GARNER_OK);
    GN_CHECK(gn_spec_check(&s->schedule, NULL) == GARNER_OK);
    for (size_t i = 0; i < s->row_spec_count; i++)
        GN_CHECK(s->rows[i].table != NULL && s->rows[i].sql != NULL);
    for (size_t i = 0; i < s->var_count; i++)
        GN_CHECK(s->vars[i].name != NULL && s->vars[i].value != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gn_buf problems = {0};
    struct gn_config config;
    struct garner_error err = {GARNER_OK, 0, ""};
    const enum garner_code code = gn_config_parse(
        "fuzz", (const char *)data, size, &config, &problems, &err);

    GN_CHECK(code == GARNER_OK || code == GARNER_INVALID);
    GN_CHECK((code == GARNER_OK) == (problems.size == 0));
    GN_CHECK((code == GARNER_OK) == (err.message[0] == '\0'));
    GN_CHECK((code == GARNER_OK) == (config.source_count > 0));
    for (size_t i = 0; i < config.source_count; i++)
        check_source(&config.sources[i]);
    gn_config_fini(&config);
    gn_buf_fini(&problems);
    return 0;
}
