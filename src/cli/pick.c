#include "cli/pick.h"

#include "base/error.h"
#include "base/mem.h"
#include "engine/frontier/list.h"

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for a URL");
}

static enum garner_code read_first(struct gn_list *list, struct gn_pick *pick,
                                   struct garner_error *err)
{
    const char *url;
    size_t size;
    const enum garner_code code = gn_list_next(list, &url, &size, err);

    if (code == GARNER_ROW) {
        pick->url = gn_memdup(url, size);
        return pick->url != NULL ? GARNER_OK : no_memory(err);
    }
    if (code != GARNER_DONE)
        return code;
    return list->bad > 0
               ? gn_fail(err, GARNER_NOTFOUND, "no URL is in its list: %s",
                         list->first_bad)
               : gn_fail(err, GARNER_NOTFOUND,
                         "no URL is in its list; name one behind the source");
}

static enum garner_code find_first(const struct gn_source *source,
                                   struct garner_store *store,
                                   struct gn_pick *pick,
                                   struct garner_error *err)
{
    struct gn_list list;
    enum garner_code code;

    if (source->urls.file == NULL && store == NULL)
        return gn_fail(err, GARNER_NOTFOUND,
                       "its URLs come from the store (urls: sql), and there is "
                       "none yet; name one behind the source");
    code = gn_list_open(&list, &source->urls, store, err);
    if (code == GARNER_OK)
        code = read_first(&list, pick, err);
    gn_list_close(&list);
    return code;
}

enum garner_code gn_pick_url(const struct gn_source *source, const char *url,
                             struct garner_store *store, struct gn_pick *pick,
                             struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    *pick = (struct gn_pick){.source = *source};
    if (url == NULL)
        code = find_first(source, store, pick, err);
    else if ((pick->url = gn_strdup(url)) == NULL)
        code = no_memory(err);
    pick->source.urls = (struct gn_urls){0};
    pick->source.request.url = pick->url;
    return code;
}

void gn_pick_fini(struct gn_pick *pick)
{
    gn_free(pick->url);
    *pick = (struct gn_pick){0};
}
