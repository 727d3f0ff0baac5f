#include "engine/frontier/tally.h"

#include "base/thread.h"

/* Counting takes a fiftieth of the time at most, and is done ten times a second
 * at most. */
enum { SHARE = 50 };
#define LEAST_NS INT64_C(100000000)

static uint64_t no_less(uint64_t n, uint64_t least)
{
    return n < least ? least : n;
}

uint64_t gn_tally_asked(const struct gn_pass *p)
{
    return p->done - p->unasked;
}

/* Of left pages, those that its budget allows. With the lock held. */
static void tell(struct gn_pass *p, uint64_t left)
{
    const uint64_t most = (uint64_t)p->owner->source->crawl->pages;
    const uint64_t asked = gn_tally_asked(p);
    struct gn_pages *told = &p->owner->pages;

    if (most > 0 && asked + left > most)
        left = most > asked ? most - asked : 0;
    told->left = left;
    told->total = p->done + left;
}

bool gn_tally_begin(struct gn_pass *p, int64_t now_ns)
{
    if (p->links == NULL || now_ns < p->tally_ns)
        return false;
    p->tally_done = p->done;
    return true;
}

int64_t gn_tally_next_ns(const struct gn_pass *p)
{
    return p->links != NULL && p->more ? p->tally_ns : INT64_MAX;
}

void gn_tally_end(struct gn_pass *p, uint64_t left, int64_t took_ns,
                  int64_t now_ns)
{
    const struct gn_ahead *w = &p->ahead;
    const int64_t rest_ns = SHARE * took_ns;
    const uint64_t since = p->done - p->tally_done;

    p->tally_ns = now_ns + (rest_ns > LEAST_NS ? rest_ns : LEAST_NS);
    gn_lock(&p->flow->lock);
    /* Which of those that were done since were counted is not known. */
    tell(p, no_less(left > since ? left - since : 0,
                    w->ready_count + w->out_count));
    gn_unlock(&p->flow->lock);
}

void gn_tally_done(struct gn_pass *p)
{
    const struct gn_ahead *w = &p->ahead;
    const uint64_t left = p->owner->pages.left;

    tell(p,
         no_less(left > 0 ? left - 1 : 0, w->ready_count + w->out_count - 1));
}

static void tell_all(struct gn_pass *p, uint64_t left)
{
    gn_lock(&p->flow->lock);
    tell(p, left);
    gn_unlock(&p->flow->lock);
}

void gn_tally_over(struct gn_pass *p)
{
    tell_all(p, 0);
}

enum garner_code gn_tally_rest(struct gn_flow *f, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    struct gn_pass *p;

    TAILQ_FOREACH(p, &f->passes, next)
    {
        int64_t left = 0;

        if (p->links == NULL || p->state != GN_PASS_GOING)
            continue;
        code = gn_refill_left(f->store, p->owner->memory.id, p->number, &left,
                              err);
        if (code != GARNER_OK)
            break;
        tell_all(p, (uint64_t)left);
    }
    return code;
}
