#include "base/diff.h"

#include <limits.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"

enum {
    MOST = 1 << 30,
    ENOUGH = 1024 /* differences, after which a good split is good enough */
};

/* A rectangle of the edit graph: before[x0 .. x1) against after[y0 .. y1). */
struct box {
    int x0, x1, y0, y1;
};

/* How far one search has come on each diagonal (x - y): from the box's first
 * corner on, or from its last one back. The diagonals are low .. high, of those
 * that least .. most are in the box. */
struct front {
    int *x; /* by diagonal; the middle of its memory */
    int low, high;
};

struct search {
    const struct gn_diff *diff;
    struct front forward;
    struct front back;
};

struct point {
    int x, y;
};

static bool same(const struct search *s, int x, int y)
{
    return s->diff->before[x] == s->diff->after[y];
}

/* One diagonal more on each side; at the edges of the box one less, so that
 * those which are looked at alternate. */
static void widen(struct front *f, const struct box *b, int outside)
{
    if (f->low > b->x0 - b->y1)
        f->x[--f->low - 1] = outside;
    else
        f->low++;
    if (f->high < b->x1 - b->y0)
        f->x[++f->high + 1] = outside;
    else
        f->high--;
}

/* One step forward on each diagonal; true: it met the search from the end, in
 * *meeting. */
static bool step_forward(struct search *s, const struct box *b, bool may_meet,
                         struct point *meeting)
{
    struct front *f = &s->forward;

    widen(f, b, -1);
    for (int k = f->high; k >= f->low; k -= 2) {
        int x = f->x[k - 1] < f->x[k + 1] ? f->x[k + 1] : f->x[k - 1] + 1;

        while (x < b->x1 && x - k < b->y1 && same(s, x, x - k))
            x++;
        f->x[k] = x;
        if (may_meet && s->back.low <= k && k <= s->back.high &&
            s->back.x[k] <= x) {
            *meeting = (struct point){x, x - k};
            return true;
        }
    }
    return false;
}

static bool step_back(struct search *s, const struct box *b, bool may_meet,
                      struct point *meeting)
{
    struct front *f = &s->back;

    widen(f, b, INT_MAX);
    for (int k = f->high; k >= f->low; k -= 2) {
        int x = f->x[k - 1] < f->x[k + 1] ? f->x[k - 1] : f->x[k + 1] - 1;

        while (x > b->x0 && x - k > b->y0 && same(s, x - 1, x - k - 1))
            x--;
        f->x[k] = x;
        if (may_meet && s->forward.low <= k && k <= s->forward.high &&
            s->forward.x[k] >= x) {
            *meeting = (struct point){x, x - k};
            return true;
        }
    }
    return false;
}

/* Where the search from the start has come furthest. */
static struct point furthest(const struct search *s, const struct box *b)
{
    struct point best = {b->x0, b->y0};

    for (int k = s->forward.high; k >= s->forward.low; k -= 2) {
        int x = s->forward.x[k] < b->x1 ? s->forward.x[k] : b->x1;

        if (x - k > b->y1)
            x = b->y1 + k;
        if (x + x - k > best.x + best.y)
            best = (struct point){x, x - k};
    }
    return best;
}

/* A point on a path through the box, which is not empty on either side and
 * whose corners differ. */
static struct point split(struct search *s, const struct box *b)
{
    const int first = b->x0 - b->y0;
    const int last = b->x1 - b->y1;
    const bool odd = ((first - last) & 1) != 0;
    struct point meeting;

    s->forward.low = s->forward.high = first;
    s->forward.x[first] = b->x0;
    s->back.low = s->back.high = last;
    s->back.x[last] = b->x1;
    for (int i = 0; i < ENOUGH; i++)
        if (step_forward(s, b, odd, &meeting) ||
            step_back(s, b, !odd, &meeting))
            return meeting;
    return furthest(s, b);
}

static void trim(const struct search *s, struct box *b)
{
    while (b->x0 < b->x1 && b->y0 < b->y1 && same(s, b->x0, b->y0)) {
        b->x0++;
        b->y0++;
    }
    while (b->x0 < b->x1 && b->y0 < b->y1 && same(s, b->x1 - 1, b->y1 - 1)) {
        b->x1--;
        b->y1--;
    }
}

/* The first part of each split is gone into; how deep that can go is bounded by
 * the logarithm of the differences.
 * NOLINTNEXTLINE(misc-no-recursion) */
static void compare(struct search *s, struct box b)
{
    const struct gn_diff *d = s->diff;

    for (;;) {
        struct point at;

        trim(s, &b);
        if (b.x0 == b.x1 || b.y0 == b.y1)
            break;
        at = split(s, &b);
        compare(s, (struct box){b.x0, at.x, b.y0, at.y});
        b.x0 = at.x;
        b.y0 = at.y;
    }
    if (b.x0 < b.x1)
        memset(d->gone + b.x0, true, (size_t)(b.x1 - b.x0));
    if (b.y0 < b.y1)
        memset(d->fresh + b.y0, true, (size_t)(b.y1 - b.y0));
}

enum garner_code gn_diff(const struct gn_diff *d, struct garner_error *err)
{
    const size_t diagonals = d->before_count + d->after_count + 3;
    struct search s = {.diff = d};
    int *memory;

    if (d->before_count > MOST || d->after_count > MOST)
        return gn_fail(err, GARNER_INVALID, "too much to compare");
    memory = gn_realloc(NULL, 2 * diagonals * sizeof *memory);
    if (memory == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a comparison");
    memset(d->gone, 0, d->before_count);
    memset(d->fresh, 0, d->after_count);
    s.forward.x = memory + d->after_count + 1;
    s.back.x = s.forward.x + diagonals;
    compare(&s, (struct box){0, (int)d->before_count, 0, (int)d->after_count});
    gn_free(memory);
    return GARNER_OK;
}
