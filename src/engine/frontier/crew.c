#include "engine/frontier/crew.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/frontier/links.h"
#include "engine/frontier/pass_state.h"
#include "engine/frontier/tally.h"
#include "engine/host/hosts.h"

enum {
    DOUBLINGS = 9, /* of AGAIN_NS */
    US = 1000      /* in a millisecond; and ns in one of these */
};
/* What the store refused, or there was no memory for, is tried again after so
 * long, and twice as long each time in a row. */
#define AGAIN_NS INT64_C(20000000)

/* --- pages and hands ----------------------------------------------------- */

void gn_crew_free_page(struct gn_page *page)
{
    if (page->host != NULL)
        page->host->pages--;
    gn_free(page);
}

static void rest(struct gn_pass *p, struct gn_hand *hand)
{
    hand->next = p->resting;
    p->resting = hand;
}

static struct gn_page *put_down(struct gn_pass *p, struct gn_hand *hand)
{
    p->fetching -= hand->fetches;
    return gn_hand_put_down(hand);
}

int64_t gn_crew_again_ns(struct gn_pass *p, int64_t now_ns)
{
    const int64_t wait_ns = AGAIN_NS << p->refusals;

    p->refusals += p->refusals < DOUBLINGS;
    return now_ns + wait_ns;
}

void gn_crew_look_at(struct gn_pass *p, int64_t at_ns)
{
    if (at_ns < p->look_ns)
        p->look_ns = at_ns;
}

/* NULL: enough are at work, or there is no memory for another. */
static struct gn_hand *idle_hand(struct gn_pass *p, int64_t now_ns)
{
    struct gn_hand *hand = p->resting;

    if (p->fetching == GN_PASS_FETCHES)
        return NULL;
    if (hand != NULL) {
        p->resting = hand->next;
        return hand;
    }
    if (p->hand_count == GN_PASS_HANDS)
        return NULL;
    if (gn_hand_new(p->owner, &hand, NULL) != GARNER_OK) {
        gn_crew_look_at(p, gn_crew_again_ns(p, now_ns));
        return NULL;
    }
    p->hands[p->hand_count++] = hand;
    return hand;
}

static int64_t wall_of(int64_t ns, int64_t now_ns)
{
    return gn_clock_wall_us() + (ns > now_ns ? ns - now_ns : 0) / US;
}

/* The store is told that page, which is out, is due later. */
static void delay(struct gn_pass *p, struct gn_page *page, int64_t until_ns,
                  int64_t now_ns)
{
    gn_ahead_delay(&p->ahead, page, wall_of(until_ns, now_ns));
    gn_crew_look_at(p, until_ns);
}

void gn_crew_give_back(struct gn_active *hand)
{
    struct gn_pass *p = hand->pass;
    struct gn_hand *h = gn_hand_of(hand);

    gn_ahead_return(&p->ahead, put_down(p, h));
    rest(p, h);
}

void gn_crew_turned_away(struct gn_active *hand, int64_t until_ns,
                         int64_t now_ns)
{
    struct gn_pass *p = hand->pass;
    struct gn_hand *h = gn_hand_of(hand);

    delay(p, put_down(p, h), until_ns, now_ns);
    rest(p, h);
}

/* A few more than its host is asked for at a time, so that it never waits. */
static bool may_go(const struct gn_page *page, const void *source)
{
    const int most = ((const struct gn_source *)source)->host_concurrency;

    return most == 0 || page->host->claims < most + 2;
}

static struct gn_active *take_hand(struct gn_pass *p, int64_t now_ns)
{
    struct gn_hand *hand = idle_hand(p, now_ns);
    struct gn_page *page;
    struct garner_error err;
    int64_t until_ns;
    enum gn_miss why;

    while (hand != NULL && (page = gn_ahead_take(&p->ahead, may_go,
                                                 p->owner->source)) != NULL) {
        if (gn_hand_take(hand, page, &err) != GARNER_OK) {
            gn_log(GN_LOG_ERROR, p->owner->source->name, "%s", err.message);
            delay(p, page, gn_crew_again_ns(p, now_ns), now_ns);
            continue;
        }
        p->fetching++;
        if (p->by_hand != 0 ||
            !gn_hosts_turn_away(hand->active.host, hand->active.source, now_ns,
                                &until_ns, &why))
            return &hand->active;
        delay(p, put_down(p, hand), until_ns, now_ns);
    }
    if (hand != NULL)
        rest(p, hand);
    return NULL;
}

/* What is under way counts as large as others were; so that this is known of a
 * few before there are many, no more than have come are under way, and one. */
static bool has_bytes(const struct gn_pass *p, int64_t most)
{
    const int64_t out = (int64_t)p->ahead.out_count;
    const int64_t asked = (int64_t)gn_tally_asked(p);
    const int64_t mean = asked > 0 ? p->bytes / asked : 0;

    return out > asked || p->bytes + out * mean >= most;
}

bool gn_crew_is_enough(const struct gn_pass *p)
{
    const struct gn_crawl *crawl = p->owner->source->crawl;

    return crawl != NULL &&
           ((crawl->pages > 0 && gn_tally_asked(p) + p->ahead.out_count >=
                                     (uint64_t)crawl->pages) ||
            (crawl->bytes > 0 && has_bytes(p, crawl->bytes)));
}

bool gn_crew_may_begin(const struct gn_pass *p)
{
    const struct gn_flow *f = p->flow;
    bool may;

    if (gn_crew_is_enough(p))
        return false;
    gn_lock(&p->flow->lock);
    may = !f->closed && !p->owner->leaving &&
          (!p->owner->due.paused || p->by_hand != 0);
    gn_unlock(&p->flow->lock);
    return may;
}

struct gn_active *gn_crew_next(struct gn_flow *f, int64_t now_ns)
{
    struct gn_pass *p;
    struct gn_active *hand = NULL;

    TAILQ_FOREACH(p, &f->passes, next)
    if (p->state == GN_PASS_GOING && !TAILQ_EMPTY(&p->ahead.ready) &&
        gn_crew_may_begin(p) && (hand = take_hand(p, now_ns)) != NULL)
        break;
    if (hand != NULL) { /* another has its turn then */
        TAILQ_REMOVE(&f->passes, p, next);
        TAILQ_INSERT_TAIL(&f->passes, p, next);
    }
    return hand;
}

bool gn_crew_is_whole(const struct gn_active *hand)
{
    return hand->pass->whole;
}

bool gn_crew_is_by_hand(const struct gn_active *hand)
{
    return hand->pass->by_hand != 0;
}

struct gn_active *gn_crew_hand(const struct gn_active *active, size_t i)
{
    const struct gn_pass *p = active->pass;

    for (size_t n = 0; p != NULL && n < p->hand_count; n++)
        if (p->hands[n]->active.page != NULL && i-- == 0)
            return &p->hands[n]->active;
    return NULL;
}

static void limit(const struct gn_page_list *list,
                  const struct gn_source *source)
{
    const struct gn_page *page;

    TAILQ_FOREACH(page, list, next)
    if (page->host != NULL)
        gn_hosts_limit(page->host, source);
}

void gn_crew_limit(const struct gn_flow *f)
{
    const struct gn_pass *p;

    TAILQ_FOREACH(p, &f->passes, next)
    {
        limit(&p->ahead.ready, p->owner->source);
        limit(&p->ahead.out, p->owner->source);
        limit(&p->ahead.delayed, p->owner->source);
    }
}

/* --- how a fetch ends ---------------------------------------------------- */

void gn_crew_fetched(struct gn_job *job)
{
    struct gn_pass *p = job->active->pass;
    struct gn_hand *hand = gn_hand_of(job->active);

    if (job->active->page == NULL)
        return;
    p->fetching--;
    gn_hand_have_fetched(hand);
    hand->bytes = job->run.bytes > 0 ? job->run.bytes : 0;
    p->bytes += hand->bytes;
}

/* It was given up for garner was stopped: it is still to be done. */
static bool is_canceled(const struct gn_job *job)
{
    return job->run.failure != NULL &&
           strcmp(job->run.failure, gn_failure_name(GN_FAILURE_CANCELED)) == 0;
}

static struct gn_page_end end_of(const struct gn_job *job)
{
    const struct gn_active *a = job->active;
    const struct gn_pass *p = a->pass;
    const bool left = job->tries_again || is_canceled(job);
    struct gn_page_end end = {
        .pass = left ? p->number - 1 : p->number,
        .due_us = job->tries_again ? job->off_until_us : 0,
        .done_us = job->run.started_us,
        .status = job->run.status,
        .failure = job->run.failure,
        .left_alone = job->run.left_alone,
        .bytes = job->run.bytes,
        .has_new_body =
            job->body_is_new && job->batch_has_body && !job->quarantined,
        .has_version = job->version_is_new && job->run.failure == NULL,
        .version = job->validators,
        .answer_url =
            gn_validators_any(&job->validators) ? job->answer_url : NULL,
        .spec = p->spec,
    };

    if (left)
        end.tries = job->tries_again ? job->run.attempt : a->page->tries;
    return end;
}

enum garner_code gn_crew_add_end(struct gn_job *job, struct garner_error *err)
{
    const struct gn_page *page = job->active->page;
    struct gn_page_end end;
    enum garner_code code;

    if (page == NULL)
        return GARNER_OK;
    end = end_of(job);
    code = gn_page_add_end(job->batch, page->id, &end, err);
    return code == GARNER_OK ? gn_links_add(job, job->active->pass->number, err)
                             : code;
}

/* Counts job, which was the last at its page in this pass. */
static void count_done(struct gn_pass *p, const struct gn_job *job)
{
    struct gn_pages *told = &p->owner->pages;

    p->done++;
    p->unasked += job->run.left_alone && job->run.status == 0;
    p->rows += job->run.rows > 0 ? job->run.rows : 0;
    gn_lock(&p->flow->lock);
    if (p->links == NULL)
        told->left--;
    else
        gn_tally_done(p);
    told->failed += job->run.failure != NULL && !job->run.left_alone;
    gn_unlock(&p->flow->lock);
}

void gn_crew_settled(struct gn_job *job, bool stored)
{
    struct gn_hand *hand = gn_hand_of(job->active);
    struct gn_pass *p = job->active->pass;
    const int64_t now_ns = gn_clock_monotonic_ns();
    const bool is_done = stored && !job->tries_again && !is_canceled(job);
    struct gn_page *page;

    if (stored && gn_links_settled(job))
        p->more = true;
    page = put_down(p, hand);
    rest(p, hand);
    p->dirty = true;
    p->bytes -= is_done ? 0 : hand->bytes;
    if (!stored) {
        delay(p, page, gn_crew_again_ns(p, now_ns), now_ns);
        return;
    }
    p->refusals = 0;
    if (job->tries_again)
        gn_crew_look_at(p, job->off_until_ns);
    else if (is_done)
        count_done(p, job);
    gn_ahead_done(&p->ahead, page);
    gn_crew_free_page(page);
}
