/* words_test.c - what a word may go on with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/words.h"

static void fill(struct gn_words *w)
{
    static const char *const names[] = {
        "select",  "Select", "station", "Stock", "my table",     "2nd", ":body",
        ":status", ".body",  ".save",   "",      "\xc3\xa4pfel", ":",   "a-b"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        gn_words_add(w, names[i], strlen(names[i]), "");
    gn_words_add(w, "html_text", 9, "(");
    gn_words_add(w, "html_table", 10, "(");
    gn_words_sort(w);
}

/* The words that are found, and bytes that they share. */
static void assert_found(const struct gn_words *w, const char *line,
                         const char *words, size_t common)
{
    const struct gn_words_found f = gn_words_find(w, line, strlen(line));
    struct gn_buf text = {0};

    for (size_t i = 0; i < f.count; i++)
        gn_buf_printf(&text, "%s%s", i > 0 ? " " : "", f.items[i]);
    if (strcmp(gn_buf_cstr(&text), words) != 0 || f.common != common)
        fail_msg("%s: %s, %zu", line, gn_buf_cstr(&text), f.common);
    gn_buf_fini(&text);
}

static void words_go_on(void **state)
{
    struct gn_words w = {0};

    (void)state;
    fill(&w);
    assert_int_equal(w.count, 10);
    assert_found(&w, "s", "select station Stock", 1);
    assert_found(&w, "ST", "station Stock", 2);
    assert_found(&w, "stat", "station", 7);
    assert_found(&w, "select x, html_t", "html_table( html_text(", 6);
    assert_found(&w, "select html_text(:b", ":body", 5);
    assert_found(&w, "select a.st", "station Stock", 2); /* a column of a */
    assert_found(&w, ":", ":body :status", 1);
    assert_found(&w, ".", ".body .save", 1);
    assert_found(&w, "select 1 .", "", 0);
    assert_found(&w, "\xc3", "\xc3\xa4pfel", 6);
    assert_found(&w, "nothing", "", 0);
    assert_found(&w, "select ", "", 0);
    assert_found(&w, "", "", 0);
    assert_int_equal(gn_words_find(&w, "a, HTML_", 8).prefix, 5);
    gn_words_fini(&w);
    gn_words_sort(&w);
    assert_found(&w, "s", "", 0);
}

static void many_words(void **state)
{
    struct gn_words w = {0};
    char name[8];

    (void)state;
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "n%d", i);
        gn_words_add(&w, name, strlen(name), "");
    }
    gn_words_sort(&w);
    assert_int_equal(w.count, 2000);
    assert_int_equal(gn_words_find(&w, "n19", 3).count, 111);
    gn_words_fini(&w);
}

static void lost_memory(void **state)
{
    (void)state;
    for (unsigned nth = 1; nth <= 3; nth++) {
        struct gn_words w = {0};

        gn_mem_fail_at(nth);
        gn_words_add(&w, "a", 1, "");
        gn_words_add(&w, "b", 1, "");
        gn_mem_fail_at(0);
        assert_int_equal(w.failed, nth <= 2);
        assert_int_equal(w.count, nth <= 2 ? 1 : 2);
        gn_words_fini(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_go_on),
        cmocka_unit_test(many_words),
        cmocka_unit_test(lost_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
