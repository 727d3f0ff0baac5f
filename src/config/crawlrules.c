#include "config/crawlrules.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/pattern.h"
#include "base/url.h"
#include "base/urlnorm.h"
#include "config/template.h"

#define FOLLOW "a[href]"

struct gn_crawl gn_crawlrules_usual(void)
{
    return (struct gn_crawl){.follow = FOLLOW, .bounds.depth = -1};
}

static enum garner_code normalize(const char *url, struct gn_arena *memory,
                                  const char **out, struct garner_error *err)
{
    struct gn_buf form = {0};
    enum garner_code code = gn_urlnorm(url, &form, err);

    if (code == GARNER_OK) {
        *out = gn_arena_text(memory, gn_buf_cstr(&form));
        if (*out == NULL)
            code = gn_fail(err, GARNER_NOMEM, "out of memory for a crawl");
    }
    gn_buf_fini(&form);
    return code;
}

enum garner_code gn_crawlrules_start(const char *url,
                                     const struct gn_source *source,
                                     const char *place, struct gn_arena *memory,
                                     const char **out, struct garner_error *err)
{
    const char *filled;
    struct gn_url parts;
    enum garner_code code = gn_template_fill(
        url, NULL, source->vars, source->var_count, memory, &filled, err);

    *out = NULL;
    if (code == GARNER_OK)
        code = gn_url_split(filled, &parts, err);
    if (code != GARNER_OK)
        return code;
    if (parts.user.size + parts.password.size > 0)
        return gn_fail(err, GARNER_INVALID,
                       "there is a user in it, and a crawl keeps its URLs in "
                       "the store; put it into %s",
                       place);
    return normalize(filled, memory, out, err);
}

enum garner_code gn_crawlrules_pattern(const char *text,
                                       struct garner_error *err)
{
    struct gn_pattern *pattern;
    const enum garner_code code =
        gn_pattern_new(text, strlen(text), true, &pattern, err);

    gn_pattern_free(pattern);
    return code;
}

bool gn_crawlrules_asks(const struct gn_request *request)
{
    return request->body == NULL &&
           (request->method == NULL || strcmp(request->method, "GET") == 0);
}

void gn_crawlrules_apply(const struct gn_crawl *crawl, struct gn_source *source)
{
    source->crawl = crawl;
    source->request.url = crawl->starts[0];
    if (source->host_concurrency == 0)
        source->host_concurrency = GN_CONFIG_CONCURRENCY;
}
