#include "cli/verdict.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "cli/text.h"

static void number(struct gn_json *j, const char *name, int64_t n, bool known)
{
    gn_json_key(j, name);
    if (known)
        gn_json_integer(j, n);
    else
        gn_json_null(j);
}

static void as_json(struct gn_buf *out, const char *source,
                    const struct gn_asked_run *run)
{
    struct gn_json j;

    gn_json_init(&j, out);
    gn_json_open(&j, '{');
    gn_json_key(&j, "source");
    gn_json_text(&j, source);
    gn_json_key(&j, "failed");
    gn_json_bool(&j, run->failed);
    number(&j, "status", run->status, run->status != 0);
    number(&j, "duration_us", run->duration_us, true);
    number(&j, "bytes", run->bytes, run->bytes >= 0);
    number(&j, "rows", run->rows, run->rows >= 0);
    number(&j, "pages", (int64_t)run->pages, run->pages > 0);
    number(&j, "failures", (int64_t)run->failures, run->pages > 0);
    gn_json_key(&j, "error");
    gn_json_text(&j, run->failed ? run->error : NULL);
    gn_json_close(&j, '}');
    gn_buf_byte(out, '\n');
}

static void count(struct gn_buf *out, const char *before, uint64_t n,
                  const char *noun)
{
    char text[32];

    gn_text_count(n, text);
    gn_buf_printf(out, "%s%s %s%s", before, text, noun, gn_text_plural(n));
}

/* What came, of one page or of many. */
static void what_came(struct gn_buf *out, const struct gn_asked_run *run)
{
    char text[32];

    gn_text_duration(run->duration_us, text);
    if (run->pages == 0) {
        gn_buf_printf(out, ": %d in %s", run->status, text);
    } else {
        count(out, ": ", run->pages, "page");
        if (run->failures > 0)
            gn_buf_printf(out, " (%" PRIu64 " failed)", run->failures);
        gn_buf_printf(out, " in %s", text);
    }
    if (run->bytes >= 0)
        count(out, ", ", (uint64_t)run->bytes, "byte");
    else
        gn_buf_text(out, ", nothing new");
    if (run->rows >= 0)
        count(out, ", ", (uint64_t)run->rows, "row");
    gn_buf_byte(out, '\n');
}

void gn_verdict(struct gn_buf *out, const char *source,
                const struct gn_asked_run *run, bool json)
{

    if (json) {
        as_json(out, source, run);
        return;
    }
    (void)gn_text_show(out, source, strlen(source), SIZE_MAX);
    if (run->failed && run->pages == 0) {
        gn_buf_text(out, ": failed: ");
        (void)gn_text_show(out, run->error, strlen(run->error), SIZE_MAX);
        gn_buf_byte(out, '\n');
        return;
    }
    what_came(out, run);
}
