#include "engine/frontier/hand.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "engine/expect/trial.h"
#include "engine/frontier/pass_state.h"
#include "engine/host/hosts.h"

enum garner_code gn_hand_new(struct gn_active *owner, struct gn_hand **out,
                             struct garner_error *err)
{
    struct gn_hand *hand = gn_alloc(sizeof *hand);
    enum garner_code code;

    *out = NULL;
    if (hand == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a fetch of %s",
                       owner->source->name);
    hand->source = *owner->source;
    hand->active.source = &hand->source;
    hand->active.owner = owner;
    hand->active.pass = owner->pass;
    hand->active.tables = owner->tables;
    hand->active.wants_headers = owner->wants_headers;
    code = gn_trial_open(&hand->active, err);
    if (code == GARNER_OK)
        *out = hand;
    else
        gn_hand_free(hand);
    return code;
}

void gn_hand_free(struct gn_hand *hand)
{
    if (hand == NULL)
        return;
    gn_free(hand->active.page);
    gn_target_free(hand->active.target);
    gn_memory_forget(&hand->active.memory);
    gn_trial_close(&hand->active);
    gn_free(hand);
}

static bool copy(char **to, const char *text)
{
    *to = text != NULL ? gn_strdup(text) : NULL;
    return *to != NULL || text == NULL;
}

/* What the store has of page. Without memory it asks for the whole answer. */
static void recall(struct gn_memory *m, const struct gn_page *page, int64_t id)
{
    gn_memory_forget(m);
    *m = (struct gn_memory){.id = id, .has_body = page->has_body};
    memcpy(m->sha256, page->sha256, sizeof m->sha256);
    if (!gn_validators_any(&page->version))
        return;
    if (!copy(&m->etag, page->version.etag) ||
        !copy(&m->modified, page->version.modified) ||
        !copy(&m->answer_url, page->answer_url))
        gn_memory_forget(m);
}

static enum garner_code aim(struct gn_active *a,
                            const struct gn_request *request,
                            struct garner_error *err)
{
    if (a->target != NULL && !gn_target_keeps_cookies(a->target) &&
        gn_target_is_public_only(a->target) == request->public_only)
        return gn_target_move(a->target, request->url, err);
    gn_target_free(a->target);
    return gn_target_new(request, &a->target, err);
}

/* Whether page comes from a document, and may not be at a private address by
 * that: a crawl's own hosts may. */
static bool is_found(const struct gn_active *a, const struct gn_page *page)
{
    return a->source->crawl != NULL && !a->owner->is_private &&
           !gn_home_has(a->pass->home, page->host->name);
}

enum garner_code gn_hand_take(struct gn_hand *hand, struct gn_page *page,
                              struct garner_error *err)
{
    struct gn_active *a = &hand->active;
    struct gn_request request;
    enum garner_code code;

    hand->source.request.url = page->url;
    request = gn_active_request(a, is_found(a, page));
    code = aim(a, &request, err);
    if (code != GARNER_OK)
        return code;
    /* One that has not changed would not say where it leads to. */
    a->may_ask = !hand->source.unconditional && hand->source.crawl == NULL &&
                 gn_target_may_ask_if(a->target);
    recall(&a->memory, page, a->owner->memory.id);
    a->page = page;
    a->attempt = page->tries;
    a->permit = (struct gn_permit){0};
    page->host->claims++;
    hand->fetches = true;
    hand->bytes = 0;
    gn_hosts_use(page->host, a);
    return GARNER_OK;
}

void gn_hand_have_fetched(struct gn_hand *hand)
{
    hand->fetches = false;
    hand->active.page->host->claims--;
}

struct gn_page *gn_hand_put_down(struct gn_hand *hand)
{
    struct gn_page *page = hand->active.page;

    if (hand->fetches)
        gn_hand_have_fetched(hand);
    hand->active.page = NULL;
    return page;
}

struct gn_hand *gn_hand_of(struct gn_active *active)
{
    return (struct gn_hand *)(void *)active; /* its first member */
}
