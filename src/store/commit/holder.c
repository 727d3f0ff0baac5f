#include "store/commit/holder.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static size_t kept(size_t size)
{
    return size < GN_HOLDER_SQL - 1 ? size : GN_HOLDER_SQL - 1;
}

bool gn_holder_runs(const struct gn_holder *h, const char *sql, size_t size)
{
    size = kept(size);
    return h->sql[size] == '\0' && memcmp(h->sql, sql, size) == 0;
}

void gn_holder_run(struct gn_holder *h, const char *sql, size_t size)
{
    size = kept(size);
    memcpy(h->sql, sql, size);
    h->sql[size] = '\0';
}

static int64_t ms_since(int64_t now_ns, int64_t since_ns)
{
    return since_ns > 0 && since_ns < now_ns ? (now_ns - since_ns) / 1000000
                                             : 0;
}

/* 1234567 -> "1,234,567" */
static void group_digits(int64_t number, char text[32])
{
    char digits[24];
    const int count = snprintf(digits, sizeof digits, "%" PRId64, number);
    size_t at = 0;

    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = '\0';
}

/* What may have been written over while it was read: made one line of UTF-8. */
static void copy_sql(const struct gn_holder *h, char *to, size_t room)
{
    const char *from = h->sql;
    size_t left = strnlen(h->sql, sizeof h->sql);

    while (left > 0) {
        size_t length = gn_utf8_length(from, left);
        const bool is_text =
            length > 1 || (length == 1 && *from >= ' ' && *from != 127);
        const char stand_in = length == 1 ? ' ' : '?';

        length = length > 0 ? length : 1;
        if (length >= room)
            break;
        memcpy(to, is_text ? from : &stand_in, length);
        from += length;
        left -= length;
        to += length;
        room -= length;
    }
    *to = '\0';
}

void gn_holder_describe(const struct gn_holder *h, int64_t now_ns,
                        char text[GN_HOLDER_TEXT])
{
    char ms[32];
    size_t size;

    group_digits(ms_since(now_ns, h->since_ns), ms);
    if (h->thread != 0)
        snprintf(text, GN_HOLDER_TEXT,
                 "the transaction of thread %" PRId64 " (process %" PRId64
                 ") has held the database for %s ms; end it sooner: ",
                 h->thread, h->pid, ms);
    else if (h->pid == 0)
        snprintf(text, GN_HOLDER_TEXT,
                 "other writes took until the deadline; it was not run: ");
    else
        snprintf(text, GN_HOLDER_TEXT,
                 "process %" PRId64
                 " has had its turn to write for %s ms; end its transaction: ",
                 h->pid, ms);
    size = strlen(text);
    copy_sql(h, text + size, GN_HOLDER_TEXT - size);
    if (text[size] == '\0')
        text[size - 2] = '\0'; /* no ": " before nothing */
}
