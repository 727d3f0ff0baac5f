/* unified_test.c - differences as diff -u writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/text.h"
#include "cli/unified.h"

static const struct gn_unified_style plain = {0};

static void shows(const char *before, const char *after,
                  const struct gn_unified_style *style, const char *wanted)
{
    const struct gn_version a = {"a", before, strlen(before)};
    const struct gn_version b = {"b", after, strlen(after)};
    struct gn_buf out = {0};

    assert_int_equal(gn_unified(&a, &b, style, &out, NULL), GARNER_OK);
    assert_string_equal(gn_buf_cstr(&out), wanted);
    gn_buf_fini(&out);
}

#define NAMES "--- a\n+++ b\n"

static void one_change(void **state)
{
    (void)state;
    shows("", "", &plain, "");
    shows("x\n", "x\n", &plain, "");
    shows("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
          &plain, NAMES "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
    shows("", "a\nb\n", &plain, NAMES "@@ -0,0 +1,2 @@\n+a\n+b\n");
    shows("a\n", "", &plain, NAMES "@@ -1 +0,0 @@\n-a\n");
    shows("a\nb\n", "b\n", &plain, NAMES "@@ -1,2 +1 @@\n-a\n b\n");
    shows("b\n", "b\nc\n", &plain, NAMES "@@ -1 +1,2 @@\n b\n+c\n");
}

static void near_changes_are_one_hunk(void **state)
{
    (void)state;
    shows("a\n1\n2\n3\n4\n5\n6\nb\n", "1\n2\n3\n4\n5\n6\n", &plain,
          NAMES "@@ -1,8 +1,6 @@\n-a\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n");
    shows("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "1\n2\n3\n4\n5\n6\n7\n", &plain,
          NAMES "@@ -1,4 +1,3 @@\n-a\n 1\n 2\n 3\n"
                "@@ -6,4 +5,3 @@\n 5\n 6\n 7\n-b\n");
}

static void the_last_line_may_not_end(void **state)
{
    (void)state;
    shows("a\nb", "a\nb\n", &plain,
          NAMES "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
    shows("a\nb", "c\nb", &plain,
          NAMES "@@ -1,2 +1,2 @@\n-a\n+c\n b\n\\ No newline at end of file\n");
}

/* What a page says is not for the terminal to obey. */
static void a_terminal_is_safe(void **state)
{
    static const struct gn_unified_style terminal = {.terminal = true};
    static const struct gn_unified_style color = {.terminal = true,
                                                  .color = true};

    (void)state;
    shows("\033[2Ja\tb\r\n", "x\n", &plain,
          NAMES "@@ -1 +1 @@\n-\033[2Ja\tb\r\n+x\n");
    shows("\033[2Ja\tb\r\n", "x\n", &terminal,
          NAMES "@@ -1 +1 @@\n-\\x1b[2Ja\tb\\r\n+x\n");
    shows("a\n", "b\n", &color,
          "\033[1m--- a\033[0m\n\033[1m+++ b\033[0m\n"
          "\033[36m@@ -1 +1 @@\033[0m\n"
          "\033[31m-a\033[0m\n\033[32m+b\033[0m\n");
}

static void text_has_no_nul(void **state)
{
    (void)state;
    assert_true(gn_unified_is_text(&(struct gn_version){"", "", 0}));
    assert_true(gn_unified_is_text(&(struct gn_version){"", "a\xff", 2}));
    assert_false(gn_unified_is_text(&(struct gn_version){"", "a\0b", 3}));
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_version a = {"a", "1\n2\n", 4};
    const struct gn_version b = {"b", "1\n3\n", 4};

    (void)state;
    for (unsigned nth = 1; nth <= 9; nth++) {
        struct gn_buf out = {0};

        gn_mem_fail_at(nth);
        assert_int_equal(gn_unified(&a, &b, &plain, &out, NULL), GARNER_NOMEM);
        gn_mem_fail_at(0);
        gn_buf_fini(&out);
    }
}

static int prepare(void **state)
{
    (void)state;
    gn_text_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_change),
        cmocka_unit_test(near_changes_are_one_hunk),
        cmocka_unit_test(the_last_line_may_not_end),
        cmocka_unit_test(a_terminal_is_safe),
        cmocka_unit_test(text_has_no_nul),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, prepare, NULL);
}
