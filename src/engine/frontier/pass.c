#include "engine/frontier/pass.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/fingerprint.h"
#include "engine/frontier/crew.h"
#include "engine/frontier/links.h"
#include "engine/frontier/pass_state.h"
#include "engine/frontier/tally.h"
#include "engine/host/costs.h"
#include "engine/steer/asked.h"

enum {
    PAGES = 1024, /* read at once */
    LOW = 512,    /* read on when there are fewer */
    US = 1000     /* in a millisecond; and ns in one of these */
};

/* --- the end ------------------------------------------------------------- */

static void free_pages(struct gn_page_list *list)
{
    struct gn_page *page;

    while ((page = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, page, next);
        gn_crew_free_page(page);
    }
}

/* With the lock held. */
static void answer(const struct gn_pass *p, int64_t now_ns)
{
    struct gn_active *a = p->owner;
    const struct gn_run run = {.duration_us = (now_ns - p->begun_ns) / US,
                               .bytes = p->bytes,
                               .rows = p->rows};
    char text[80];

    if (p->by_hand == 0)
        return;
    snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64 " URLs failed",
             a->pages.failed, a->pages.total);
    gn_asked_answer(&a->asked, p->by_hand, &run,
                    a->pages.failed > 0 ? text : NULL, NULL);
    a->asked.last.pages = p->done;
    a->asked.last.failures = a->pages.failed;
}

static void leave_flow(struct gn_pass *p)
{
    p->state = GN_PASS_RESTS;
    TAILQ_REMOVE(&p->flow->passes, p, next);
    free_pages(&p->ahead.ready);
    free_pages(&p->ahead.delayed);
    p->ahead.ready_count = 0;
    p->owner->jobs--;
    gn_inbox_ring(p->flow->inbox); /* it may have been the last */
}

static void finish(struct gn_pass *p, int64_t now_ns)
{
    struct gn_flow *f = p->flow;

    gn_lock(&f->lock);
    answer(p, now_ns);
    gn_schedule_finish(f->schedule, &p->owner->due);
    gn_unlock(&f->lock);
    leave_flow(p);
}

struct gn_active *gn_pass_failed(struct gn_flow *f, uint64_t *by_hand,
                                 struct garner_error *err)
{
    struct gn_pass *p;

    TAILQ_FOREACH(p, &f->passes, next)
    if (p->state == GN_PASS_FAILED)
        break;
    if (p == NULL)
        return NULL;
    *by_hand = p->by_hand;
    *err = p->err;
    leave_flow(p);
    return p->owner;
}

/* --- opening (the pool's thread, and back) ------------------------------- */

static void open_it(uv_work_t *work)
{
    struct gn_pass *p = work->data;

    p->code = gn_intake_run(&p->intake, &p->err);
}

static void tell_begun(const struct gn_pass *p)
{
    const struct gn_intake *in = &p->intake;
    const char *name = p->owner->source->name;

    if (in->goes_on || in->crawl == NULL)
        gn_log(GN_LOG_INFO, name,
               "%" PRIu64 " of %" PRIu64 " URLs are to be asked", in->left,
               in->total);
    if (in->bad > 0)
        gn_log(GN_LOG_WARN, name,
               "%" PRIu64 " URLs are none, and are passed over; the first: %s",
               in->bad, in->first_bad);
}

static void opened(uv_work_t *work, int status)
{
    struct gn_pass *p = work->data;
    struct gn_flow *f = p->flow;

    (void)status; /* it is never canceled */
    p->working = false;
    if (f->abandoned)
        return;
    if (p->code == GARNER_CANCELED) {
        finish(p, gn_clock_monotonic_ns());
        return;
    }
    p->state = p->code == GARNER_OK ? GN_PASS_GOING : GN_PASS_FAILED;
    p->number = p->intake.pass;
    p->more = true;
    p->done = p->intake.total - p->intake.left;
    p->bytes = p->intake.bytes;
    p->unasked = p->intake.unasked;
    if (p->code == GARNER_OK) {
        tell_begun(p);
        gn_lock(&f->lock);
        p->owner->pages =
            (struct gn_pages){.total = p->intake.total, .left = p->intake.left};
        gn_unlock(&f->lock);
    }
    gn_inbox_ring(f->inbox);
}

void gn_pass_begin(struct gn_flow *f, struct gn_active *active,
                   uint64_t by_hand, bool whole)
{
    struct gn_pass *p = active->pass;
    const int64_t now_ns = gn_clock_monotonic_ns();

    p->flow = f;
    p->state = GN_PASS_OPENING;
    p->by_hand = by_hand;
    p->whole = whole;
    p->begun_ns = now_ns;
    p->rows = 0;
    if (p->links != NULL)
        gn_links_forget(p->links);
    p->dirty = false;
    p->look_ns = INT64_MAX;
    p->pause_ns = 0;
    p->tally_ns = 0;
    p->refusals = 0;
    atomic_store(&p->stop, false);
    p->intake = (struct gn_intake){
        .store = f->store,
        .urls = active->source->urls,
        .crawl = active->source->crawl,
        .source = active->memory.id,
        .next_due_us =
            active->due.spec.once
                ? gn_schedule_slot_us(&active->due, now_ns, gn_clock_wall_us())
                : 0,
        .stop = &p->stop};
    TAILQ_INSERT_TAIL(&f->passes, p, next);
    active->jobs++;
    p->working = true;
    p->work.data = p;
    GN_CHECK(uv_queue_work(f->loop, &p->work, open_it, opened) == 0);
}

/* --- reading on ---------------------------------------------------------- */

static void read_on(uv_work_t *work)
{
    struct gn_pass *p = work->data;

    p->code = gn_refill_run(&p->refill, &p->err);
}

/* Puts the hosts that were found among those that are known, and gives each
 * page its own. Without memory for one, its pages are read once more. */
static void meet_hosts(struct gn_pass *p)
{
    struct gn_refill *r = &p->refill;
    struct gn_page *next;

    for (size_t i = 0; i < r->host_count; i++)
        if (gn_host_meet(p->flow->hosts, r->hosts[i], &r->hosts[i], NULL) !=
            GARNER_OK)
            r->hosts[i] = NULL;
    for (struct gn_page *page = TAILQ_FIRST(&r->found); page != NULL;
         page = next) {
        next = TAILQ_NEXT(page, next);
        page->host = r->hosts[page->host_index];
        if (page->host != NULL) {
            page->host->pages++;
            continue;
        }
        TAILQ_REMOVE(&r->found, page, next);
        gn_free(page);
        r->more = true;
    }
    r->host_count = 0; /* they are the flow's now */
}

static void note_found(struct gn_pass *p, int64_t now_ns)
{
    struct gn_refill *r = &p->refill;

    meet_hosts(p);
    gn_ahead_fill(&p->ahead, &r->found);
    p->more = p->more || r->more; /* or found since */
    if (r->counts)
        gn_tally_end(p, r->left, r->count_ns, now_ns);
    if (r->next_due_us != 0)
        gn_crew_look_at(p, now_ns + (r->next_due_us - gn_clock_wall_us()) * US);
}

/* The store could not be read, or written. */
static void note_failure(struct gn_pass *p, int64_t now_ns)
{
    gn_log(GN_LOG_ERROR, p->owner->source->name,
           "its next URLs cannot be had from the store: %s", p->err.message);
    p->pause_ns = gn_crew_again_ns(p, now_ns);
    p->more = true;
    TAILQ_CONCAT(&p->ahead.delayed, &p->refill.delayed, next);
}

static void have_read(uv_work_t *work, int status)
{
    struct gn_pass *p = work->data;
    struct gn_flow *f = p->flow;
    const int64_t now_ns = gn_clock_monotonic_ns();

    (void)status; /* it is never canceled */
    p->working = false;
    gn_free(p->ids);
    p->ids = NULL;
    if (!f->abandoned && p->code == GARNER_OK)
        note_found(p, now_ns);
    else if (!f->abandoned)
        note_failure(p, now_ns);
    gn_refill_fini(&p->refill);
    if (!f->abandoned)
        gn_inbox_ring(f->inbox);
}

static void read_more(struct gn_pass *p, int64_t now_ns)
{
    struct gn_flow *f = p->flow;
    struct gn_refill *r = &p->refill;
    struct gn_page *page;
    size_t count = 0;

    gn_costs_trim(f->hosts, f->store, now_ns);
    p->ids = gn_ahead_ids(&p->ahead, &count);
    if (p->ids == NULL) {
        p->pause_ns = gn_crew_again_ns(p, now_ns);
        return;
    }
    *r = (struct gn_refill){.store = f->store,
                            .anew = f->anew,
                            .like = p->owner->source,
                            .source = p->owner->memory.id,
                            .spec = p->spec,
                            .pass = p->number,
                            .most = p->ahead.ready_count < LOW ? PAGES : 0,
                            .counts = gn_tally_begin(p, now_ns),
                            .ids = p->ids,
                            .id_count = count};
    TAILQ_INIT(&r->found);
    TAILQ_INIT(&r->delayed);
    TAILQ_FOREACH(page, &p->ahead.delayed, next)
    if (page->host != NULL) {
        page->host->pages--;
        page->host = NULL;
    }
    TAILQ_CONCAT(&r->delayed, &p->ahead.delayed, next);
    p->more = p->dirty = false;
    p->look_ns = INT64_MAX;
    p->working = true;
    p->work.data = p;
    GN_CHECK(uv_queue_work(f->loop, &p->work, read_on, have_read) == 0);
}

/* --- closing ------------------------------------------------------------- */

static void close_it(uv_work_t *work)
{
    struct gn_pass *p = work->data;

    p->code = gn_intake_close(&p->intake, &p->err);
}

static void closed(uv_work_t *work, int status)
{
    struct gn_pass *p = work->data;

    (void)status; /* it is never canceled */
    p->working = false;
    if (p->flow->abandoned)
        return;
    if (p->code != GARNER_OK && p->code != GARNER_CANCELED)
        gn_log(GN_LOG_WARN, p->owner->source->name,
               "pages that the crawl did not come to stay: %s", p->err.message);
    gn_tally_over(p);
    finish(p, gn_clock_monotonic_ns());
}

static void close_crawl(struct gn_pass *p)
{
    p->state = GN_PASS_CLOSING;
    p->working = true;
    p->work.data = p;
    GN_CHECK(uv_queue_work(p->flow->loop, &p->work, close_it, closed) == 0);
}

/* --- tending ------------------------------------------------------------- */

/* Whether the store is to be read, whatever the time. */
static bool wants_more(const struct gn_pass *p)
{
    const struct gn_ahead *w = &p->ahead;

    return p->more || !TAILQ_EMPTY(&w->delayed) ||
           (p->dirty && w->ready_count == 0 && w->out_count == 0);
}

/* When the store is to be read; INT64_MAX: when a fetch has ended. */
static int64_t looks_at_ns(const struct gn_pass *p)
{
    int64_t at_ns = wants_more(p) ? INT64_MIN : p->look_ns;

    if (p->ahead.ready_count >= LOW)
        at_ns = gn_tally_next_ns(p);
    return at_ns > p->pause_ns ? at_ns : p->pause_ns;
}

static bool is_over(const struct gn_pass *p)
{
    const struct gn_ahead *w = &p->ahead;

    if (w->out_count == 0 && gn_crew_is_enough(p))
        return true;
    return !p->more && !p->dirty && p->look_ns == INT64_MAX &&
           w->ready_count == 0 && w->out_count == 0 && TAILQ_EMPTY(&w->delayed);
}

static void tend(struct gn_pass *p, int64_t now_ns)
{
    struct gn_flow *f = p->flow;
    int64_t at_ns;

    if (p->state != GN_PASS_GOING || p->working)
        return;
    if (p->owner->leaving) {
        if (p->ahead.out_count == 0)
            finish(p, now_ns);
        return;
    }
    if (is_over(p)) {
        if (p->links != NULL)
            close_crawl(p);
        else
            finish(p, now_ns);
        return;
    }
    at_ns = looks_at_ns(p);
    if (at_ns > now_ns && at_ns != INT64_MAX)
        gn_alarm_set(&f->alarm, at_ns);
    else if (at_ns <= now_ns && gn_crew_may_begin(p))
        read_more(p, now_ns);
}

void gn_pass_tend(struct gn_flow *f, int64_t now_ns)
{
    struct gn_pass *after;

    for (struct gn_pass *p = TAILQ_FIRST(&f->passes); p != NULL; p = after) {
        after = TAILQ_NEXT(p, next);
        tend(p, now_ns);
    }
}

void gn_pass_leave(const struct gn_active *active)
{
    if (active->pass != NULL)
        atomic_store(&active->pass->stop, true);
}

void gn_pass_stop(struct gn_flow *f)
{
    struct gn_pass *p;

    TAILQ_FOREACH(p, &f->passes, next)
    {
        atomic_store(&p->stop, true);
        gn_asked_refuse(&p->owner->asked, p->by_hand, "garner was stopped");
    }
}

/* --- beginning and end --------------------------------------------------- */

static enum garner_code open_links(struct gn_pass *p, struct garner_error *err)
{
    const struct gn_crawl *crawl = p->owner->source->crawl;
    struct gn_buf sql = {0};
    enum garner_code code;

    if (!gn_onward_is_sql(crawl->follow)) {
        gn_onward_selector(crawl->follow, &sql);
        p->follow = gn_buf_take(&sql);
        if (p->follow == NULL)
            return gn_fail(err, GARNER_NOMEM, "out of memory for a crawl");
    }
    code = gn_home_new(crawl, &p->home, err);
    if (code == GARNER_OK)
        p->owner->is_private = gn_home_is_private(p->home);
    return code == GARNER_OK ? gn_links_new(crawl, &p->links, err) : code;
}

enum garner_code gn_pass_new(struct gn_active *active, struct garner_error *err)
{
    struct gn_pass *p = gn_alloc(sizeof *p);
    enum garner_code code;

    if (p == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for source %s",
                       active->source->name);
    p->owner = active;
    gn_ahead_init(&p->ahead);
    TAILQ_INIT(&p->refill.found);
    TAILQ_INIT(&p->refill.delayed);
    code = gn_fingerprint(active->source, &p->spec, err);
    if (code == GARNER_OK && active->source->crawl != NULL)
        code = open_links(p, err);
    if (code == GARNER_OK)
        active->pass = p;
    else
        gn_pass_free(p);
    return code;
}

/* Hosts may be gone by now: no page is counted among theirs any more. */
static void drop(struct gn_page_list *list)
{
    struct gn_page *page;

    while ((page = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, page, next);
        gn_free(page);
    }
}

void gn_pass_free(struct gn_pass *p)
{
    if (p == NULL)
        return;
    drop(&p->ahead.ready);
    drop(&p->ahead.delayed);
    gn_refill_fini(&p->refill);
    for (size_t i = 0; i < p->hand_count; i++)
        gn_hand_free(p->hands[i]);
    gn_free(p->ids);
    gn_links_free(p->links);
    gn_home_free(p->home);
    gn_free(p->follow);
    gn_free(p);
}

void gn_pass_resume(struct gn_active *active, struct gn_schedule *s,
                    int64_t now_ns)
{
    const struct gn_due *due = &active->due;

    if (active->pass == NULL || !active->memory.goes_on)
        return;
    /* A slot that is due as well is its, too: none was missed. */
    if (due->slot_due_ns > now_ns || due->off_until_ns > now_ns)
        gn_schedule_put_off(s, &active->due, now_ns, GN_MISS_WAITING, true);
}
