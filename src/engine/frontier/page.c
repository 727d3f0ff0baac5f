#include "engine/frontier/page.h"

#include <string.h>

#include "base/mem.h"
#include "crawl/urlkey.h"
#include "engine/history/cell.h"

static size_t room_for(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

/* Puts a copy of text at *at, and moves that behind it. NULL of NULL. */
static const char *place(char **at, const char *text)
{
    const size_t size = room_for(text);
    const char *copy = text != NULL ? *at : NULL;

    if (size > 0)
        memcpy(*at, text, size);
    *at += size;
    return copy;
}

struct gn_page *gn_page_copy(const struct gn_page *page)
{
    struct gn_page *copy = gn_alloc(
        sizeof *copy + room_for(page->url) + room_for(page->version.etag) +
        room_for(page->version.modified) + room_for(page->answer_url));
    char *at;

    if (copy == NULL)
        return NULL;
    *copy = *page;
    at = (char *)(copy + 1);
    copy->url = place(&at, page->url);
    copy->version.etag = place(&at, page->version.etag);
    copy->version.modified = place(&at, page->version.modified);
    copy->answer_url = place(&at, page->answer_url);
    return copy;
}

enum garner_code gn_page_add_end(struct garner_batch *batch, int64_t id,
                                 const struct gn_page_end *end,
                                 struct garner_error *err)
{
    return garner_batch_add(
        batch,
        "update garner_frontier set pass = ?2, due = ?3, tries = ?4, done = ?5,"
        " status = ?6, failure = ?7,"
        " failures = iif(?7 is null, 0, failures + (?3 = 0)),"
        " body = iif(?8, (select s.body from garner_source s"
        " where s.id = garner_frontier.source), body),"
        " etag = iif(?9, ?10, etag), modified = iif(?9, ?11, modified),"
        " answer_url = iif(?9, ?12, answer_url), spec = iif(?9, ?13, spec),"
        " bytes = ?14, left_alone = ?15"
        " where id = ?1",
        GARNER_ARGS(
            garner_integer(id), garner_integer(end->pass),
            garner_integer(end->due_us), garner_integer(end->tries),
            garner_integer(end->done_us),
            gn_cell_integer(end->status, end->status != 0),
            garner_text(end->failure), garner_integer(end->has_new_body),
            garner_integer(end->has_version), garner_text(end->version.etag),
            garner_text(end->version.modified), garner_text(end->answer_url),
            garner_integer(end->spec),
            gn_cell_integer(end->bytes, end->bytes >= 0),
            garner_integer(end->left_alone)),
        err);
}

enum garner_code gn_page_add_delay(struct garner_batch *batch, int64_t id,
                                   int64_t due_us, struct garner_error *err)
{
    return garner_batch_add(
        batch, "update garner_frontier set due = ?2 where id = ?1",
        GARNER_ARGS(garner_integer(id), garner_integer(due_us)), err);
}

enum garner_code gn_page_add_listed(struct garner_batch *batch, int64_t source,
                                    const char *url, size_t size, int64_t pass,
                                    struct garner_error *err)
{
    return garner_batch_add(
        batch,
        "insert into garner_frontier (source, url, hash, listed, pass)"
        " values (?1, ?2, ?3, ?4, ?4 - 1)"
        " on conflict (source, hash) do update set listed = excluded.listed",
        GARNER_ARGS(garner_integer(source), garner_text_n(url, size),
                    garner_integer(gn_urlkey(url, size)), garner_integer(pass)),
        err);
}

enum garner_code gn_page_add_found(struct garner_batch *batch, int64_t source,
                                   const struct gn_page_found *found,
                                   struct garner_error *err)
{
    return garner_batch_add(
        batch,
        "insert into garner_frontier"
        " (source, url, hash, listed, pass, depth, rank, sitemap)"
        " values (?1, ?2, ?3, ?4, ?4 - 1, ?5, ?6, ?7)"
        " on conflict (source, hash) do update set listed = excluded.listed,"
        " pass = excluded.pass, depth = excluded.depth, rank = excluded.rank,"
        " sitemap = excluded.sitemap, due = 0, tries = 0"
        " where garner_frontier.pass < excluded.pass",
        GARNER_ARGS(
            garner_integer(source), garner_text_n(found->url, found->size),
            garner_integer(gn_urlkey(found->url, found->size)),
            garner_integer(found->pass), garner_integer(found->depth),
            garner_integer(found->rank), gn_cell_integer(1, found->is_sitemap)),
        err);
}
