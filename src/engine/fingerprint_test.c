/* fingerprint_test.c - what makes a source another one, and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/fingerprint.h"

static int64_t of(const struct gn_source *s)
{
    int64_t n = 0;

    assert_int_equal(gn_fingerprint(s, &n, NULL), GARNER_OK);
    return n;
}

static const char *const key[] = {"a", "b"};
static const char *const headers[] = {"A: b", NULL};
static const char *const more[] = {"A: b", "C: d", NULL};
static const struct gn_rows_spec rows[] = {
    {.table = "t", .key = key, .key_count = 1, .sql = "select 1"},
    {.table = "u", .sql = "select 1"},
};
static const struct gn_rows_spec by_two = {
    .table = "t", .key = key, .key_count = 2, .sql = "select 1"};
static const struct gn_rows_spec other_sql = {
    .table = "t", .key = key, .key_count = 1, .sql = "select 2"};
static const struct gn_var var = {"v", "1"};
static const struct gn_var other_var = {"v", "2"};

static const struct gn_rows_expect least[] = {
    {.min_rows = 1},
    {.min_rows = 2},
    {.not_null = key, .not_null_count = 1},
    {.unique = key, .unique_count = 1}};
static const struct gn_rows_spec expecting[] = {
    {.table = "t",
     .key = key,
     .key_count = 1,
     .sql = "select 1",
     .expect = &least[0]},
    {.table = "t",
     .key = key,
     .key_count = 1,
     .sql = "select 1",
     .expect = &least[1]},
    {.table = "t",
     .key = key,
     .key_count = 1,
     .sql = "select 1",
     .expect = &least[2]},
    {.table = "t",
     .key = key,
     .key_count = 1,
     .sql = "select 1",
     .expect = &least[3]},
};
static const struct gn_column types[] = {{"a", "text"}, {"a", "date"}};
static const struct gn_rows_spec ways[] = {
    {.table = "t",
     .key = key,
     .key_count = 1,
     .sql = "select 1",
     .conflict = GN_CONFLICT_KEEP},
    {.table = "t",
     .key = key,
     .key_count = 1,
     .sql = "select 1",
     .conflict = GN_CONFLICT_WHOLE},
    {.table = "t",
     .key = key,
     .key_count = 1,
     .sql = "select 1",
     .new_columns = GN_COLUMNS_IGNORE},
    {.table = "t",
     .key = key,
     .key_count = 1,
     .sql = "select 1",
     .bad_rows = GN_BAD_ROWS_SKIP},
    {.table = "t",
     .key = key,
     .key_count = 1,
     .sql = "select 1",
     .columns = types,
     .column_count = 1},
    {.table = "t",
     .key = key,
     .key_count = 1,
     .sql = "select 1",
     .columns = &types[1],
     .column_count = 1},
    {.table = "t",
     .key = key,
     .key_count = 1,
     .sql = "select 1",
     .parent = &by_two},
};
static const struct gn_statuses found[] = {{200, 299}};
static const struct gn_expect answers[] = {
    {.match = "a"},
    {.not_match = "a"},
    {.statuses = found, .status_count = 1},
    {.types = key, .type_count = 1},
    {.min_size = 1},
    {.max_size = 1},
};

static struct gn_source model(void)
{
    return (struct gn_source){.name = "s",
                              .request = {.url = "http://h/",
                                          .headers = headers,
                                          .body = "x",
                                          .body_size = 1},
                              .rows = rows,
                              .row_spec_count = 1,
                              .vars = &var,
                              .var_count = 1};
}

static void whatever_changes_the_rows_counts(void **state)
{
    const struct gn_source same = model();
    struct gn_source s[34];
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < sizeof s / sizeof s[0]; i++)
        s[i] = model();
    n++; /* s[0] stays */
    s[n++].request.url = "http://h/2";
    s[n++].request.method = "GET";
    s[n++].request.method = "";
    s[n++].request.headers = more;
    s[n++].request.body = "y";
    s[n++].request.body = NULL;
    s[n++].rows = &by_two;
    s[n++].rows = &other_sql;
    s[n++].row_spec_count = 2;
    s[n++].vars = &other_var;
    s[n++].unconditional = true;
    for (size_t i = 0; i < 4; i++)
        s[n++].rows = &expecting[i];
    for (size_t i = 0; i < 7; i++)
        s[n++].rows = &ways[i];
    for (size_t i = 0; i < 6; i++)
        s[n++].expect = &answers[i];
    s[n++].request.login = GN_LOGIN_DIGEST;
    s[n++].request.user = "me"; /* not without a login */
    s[n - 1].request.login = GN_LOGIN_DIGEST;
    s[n++].request.cert = "c";
    s[n++].request.cookies = "a=b";
    s[n++].request.keeps_cookies = true;
    assert_int_equal(n, sizeof s / sizeof s[0]);
    assert_true(of(&s[0]) == of(&same));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (of(&s[i]) == of(&s[k]))
                fail_msg("%zu is as %zu", i, k);
}

static void when_and_how_it_is_fetched_does_not(void **state)
{
    struct gn_source a = model();
    struct gn_source b = model();

    (void)state;
    b.name = "other";
    b.schedule.every_ms = 7;
    b.request.user_agent = "me";
    b.request.proxy = "http://p:1";
    b.request.limits.total_ms = 7;
    b.ack = GARNER_QUEUED;
    b.line = 7;
    assert_true(of(&a) == of(&b));
}

static void secrets_are_not_in_it(void **state)
{
    static const char *const one[] = {"Authorization: hush1", NULL};
    static const char *const two[] = {"Authorization: longer", NULL};
    static const char *const hush[] = {"hush1", NULL};
    static const char *const longer[] = {"longer", NULL};
    struct gn_source a = model();
    struct gn_source b = model();

    (void)state;
    a.request.headers = one;
    a.request.secrets = hush;
    a.request.body = "hush1";
    a.request.body_size = 5;
    b.request.headers = two;
    b.request.secrets = longer;
    b.request.body = "longer";
    b.request.body_size = 6;
    a.request.login = b.request.login = GN_LOGIN_BASIC;
    a.request.password = "hush1";
    b.request.password = "longer";
    a.request.cookies = "a=1";
    b.request.cookies = "a=2";
    assert_true(of(&a) == of(&b));
    b.request.secrets = NULL;
    assert_false(of(&a) == of(&b));
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_source s = model();
    struct garner_error err;
    int64_t n;

    (void)state;
    for (unsigned nth = 1; nth < 4; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(gn_fingerprint(&s, &n, &err), GARNER_NOMEM);
    }
    gn_mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_changes_the_rows_counts),
        cmocka_unit_test(when_and_how_it_is_fetched_does_not),
        cmocka_unit_test(secrets_are_not_in_it),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
