#include "cli/standing.h"

#include <inttypes.h>

#include "cli/text.h"

static void say_state(const struct gn_standing *s, struct gn_buf *out)
{
    char text[32];

    gn_buf_text(out, s->paused ? "paused" : "");
    if (!s->running) {
        gn_buf_text(out, s->paused ? "" : "waits");
        return;
    }
    gn_buf_text(out, s->paused ? "; " : "");
    if (!s->waits_for_host) {
        gn_buf_text(out, "a fetch is under way");
    } else if (s->host_us == INT64_MAX) {
        gn_buf_text(out, "waits for its host, until a fetch from that ends");
    } else if (s->host_us == 0) {
        gn_buf_text(out, "waits for its host, whose turn comes now");
    } else {
        gn_text_duration(s->host_us, text);
        gn_buf_printf(out,
                      "waits for its host, about %s more (host: interval, or "
                      "Crawl-delay)",
                      text);
    }
}

static const char *reason(enum gn_next next)
{
    static const char *const reasons[] = {
        [GN_NEXT_NEVER] = "nothing is due any more: it has no interval",
        [GN_NEXT_SLOT] = "by its schedule",
        [GN_NEXT_FRESH] = "since its answer is fresh until then, as the server "
                          "said",
        [GN_NEXT_AGAIN] = "tried again after a failure",
        [GN_NEXT_ASKED] = "asked for by hand",
        [GN_NEXT_PAUSED] = "never while it is paused; 'garner resume' lets it "
                           "go on",
        [GN_NEXT_CHANGED] = "as the file has it now, when that has ended",
        [GN_NEXT_GONE] = "never: the file has it no more",
    };

    return reasons[next];
}

/* When it is fetched next, and why then. */
static void say_next(const struct gn_standing *s, struct gn_buf *out)
{
    char text[32];

    if (s->next_us != INT64_MAX) {
        gn_text_duration(s->next_us, text);
        gn_buf_printf(out, "in %s, ", text);
    }
    gn_buf_text(out, reason(s->next));
    if (s->jitter_us > 0) {
        gn_text_duration(s->jitter_us, text);
        gn_buf_printf(out, ", %s of jitter after its slot", text);
    }
    if (s->off_us == 0 || s->next == GN_NEXT_ASKED)
        return;
    gn_text_duration(s->off_us, text);
    gn_buf_printf(out, "; put off for %s more, %s", text,
                  s->off_for == GN_MISS_HOST ? "since its host failed too often"
                  : s->off_for == GN_MISS_ASKED
                      ? "as the server asked (Retry-After)"
                      : "after a failure");
}

static void say_age(const struct gn_standing *s, struct gn_buf *out)
{
    char text[32];

    gn_buf_text(out, "good run\t");
    if (s->good_us == INT64_MAX) {
        gn_buf_text(out, "none yet");
    } else {
        gn_text_duration(s->good_us, text);
        gn_buf_printf(out, "the last one ended %s ago", text);
    }
    gn_buf_text(out, s->stale ? ": it is stale\n" : "\n");
}

void gn_standing_tell(const struct gn_standing *s, struct gn_buf *out)
{
    gn_buf_text(out, "state\t");
    say_state(s, out);
    gn_buf_text(out, "\nnext\t");
    say_next(s, out);
    gn_buf_printf(out,
                  "\nsince start\t%" PRIu64 " runs, %" PRIu64
                  " failed, %" PRIu64 " due times missed\n",
                  s->runs, s->failures, s->missed);
    if (s->has_age)
        say_age(s, out);
}
