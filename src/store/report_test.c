/* report_test.c - lines reach the sink, or stderr. */
#include "store/fixture_test.h"

#include "garner/store.h"
#include "store/report.h"

static char last[600];

static void keep(void *context, const char *line)
{
    ++*(int *)context;
    snprintf(last, sizeof last, "%s", line);
}

static void the_sink_gets_each_line(void **state)
{
    int lines = 0;

    (void)state;
    garner_set_log(keep, &lines);
    gn_report("%d of %s", 3, "x");
    assert_string_equal(last, "3 of x");
    gn_report("%0600d", 7); /* longer than a line: cut */
    assert_int_equal(strlen(last), 511);
    assert_int_equal(lines, 2);
    garner_set_log(NULL, NULL);
}

static void without_a_sink_it_is_stderr(void **state)
{
    char text[64] = "";
    int kept = dup(STDERR_FILENO);
    FILE *file = fopen(fixture.db, "w+");

    (void)state;
    assert_non_null(file);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    garner_set_log(NULL, NULL);
    gn_report("heard");
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    rewind(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_string_equal(text, "garner: heard\n");
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_sink_gets_each_line),
        TEST(without_a_sink_it_is_stderr),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
