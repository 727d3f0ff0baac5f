/* summary_test.c - what is said at the end of a run, from given numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/summary.h"
#include "cli/text.h"

static struct gn_status status;
static struct gn_rows_spec rows = {.table = "my \"t\""};
static struct gn_source source = {.rows = &rows, .row_spec_count = 1};
static const struct gn_config config = {.sources = &source, .source_count = 1};
static struct gn_summary summary;
static struct gn_buf said;

static int reset(void **state)
{
    (void)state;
    memset(&status, 0, sizeof status);
    status.now_wall_us = 12500000;
    status.totals.stored = 1234;
    status.totals.rows = 1;
    status.totals.http_errors = 3;
    summary = (struct gn_summary){
        .config = &config, .status = &status, .store_name = "my data.db"};
    gn_buf_clear(&said);
    return 0;
}

static void keep(void *context, const char *line)
{
    (void)context;
    gn_buf_text(&said, line);
}

static const char *say(void)
{
    gn_buf_clear(&said);
    gn_log_set_sink(keep, NULL);
    gn_summary(&summary);
    gn_log_set_sink(NULL, NULL);
    return gn_buf_cstr(&said);
}

static void has(const char *text, const char *part)
{
    if (text == NULL || strstr(text, part) == NULL)
        fail_msg("no '%s' in '%s'", part, text != NULL ? text : "");
}

static void it_says_what_was_stored_and_where(void **state)
{
    const char *text = say();

    (void)state;
    has(text, "stored in my data.db: 1,234 runs and 1 row in 12.5 s; 3 errors, "
              "0 missed\n");
    has(text, "look at it: ");
    has(text, " query 'my data.db' 'select * from \"my \"\"t\"\"\" order by "
              "rowid desc limit 10'\n");
    assert_null(strstr(text, "URLs"));
    status.totals.rows = 0;
    has(say(), "from garner_log order by id desc");
}

static void it_says_what_is_left_of_urls(void **state)
{
    (void)state;
    status.pages = (struct gn_pages){1746, 512, 0};
    has(say(), "512 of 1,746 URLs are left; the same command goes on with "
               "them\n");
    assert_null(strstr(gn_buf_cstr(&said), "URLs failed"));
    summary.again = "garner crawl x";
    has(say(), "512 of 1,746 URLs are left; go on with them: garner crawl x\n");
    status.pages = (struct gn_pages){1746, 0, 3};
    status.started_wall_us = 77;
    has(say(), "3 of 1,746 URLs failed; look at them: ");
    has(gn_buf_cstr(&said), "f.done >= 77 and f.pass = s.pass and f.failure");
    assert_null(strstr(gn_buf_cstr(&said), "are left"));
}

static void of_memory_nothing_is_left_to_look_at(void **state)
{
    const char *text;

    (void)state;
    summary.store_name = ":memory:";
    status.pages = (struct gn_pages){9, 3, 1};
    text = say();
    has(text, "stored in :memory:");
    assert_null(strstr(text, "look at"));
    assert_null(strstr(text, "go on"));
}

static int forget(void **state)
{
    (void)state;
    gn_buf_fini(&said);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_says_what_was_stored_and_where, reset),
        cmocka_unit_test_setup(it_says_what_is_left_of_urls, reset),
        cmocka_unit_test_setup(of_memory_nothing_is_left_to_look_at, reset),
    };

    gn_text_init();
    return cmocka_run_group_tests(tests, NULL, forget);
}
