/* letter_test.c - messages in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/tell/letter.h"

static char name[] = "my \"source\"";
static char url[] = "http://h/x";
static char failure[] = "http";
static char error[] = "status 500";
static char text[] = "it fails";
static char more[] = "it works";
static char ops[] = "ops";
static char file[] = "/x/a b";
static char rows[] = "{\"a\":1}\n{\"a\":2}\n";

static const struct gn_message change = {.id = 4,
                                         .run = 9,
                                         .event = GN_EVENT_CHANGE,
                                         .source = name,
                                         .url = url,
                                         .status = 200,
                                         .row_count = 2,
                                         .rows = rows};
static const struct gn_message alerts[] = {{.id = 5,
                                            .run = 10,
                                            .event = GN_EVENT_ERROR,
                                            .recipient = ops,
                                            .source = name,
                                            .url = url,
                                            .failure = failure,
                                            .error = error,
                                            .text = text,
                                            .row_count = -1},
                                           {.id = 6,
                                            .event = GN_EVENT_RECOVER,
                                            .recipient = ops,
                                            .source = name,
                                            .text = more,
                                            .row_count = -1}};

static void as_environment(void **state)
{
    static const char *const expected[] = {"GARNER_EVENT=error",
                                           "GARNER_SOURCE=my \"source\"",
                                           "GARNER_URL=http://h/x",
                                           "GARNER_RUN=10",
                                           "GARNER_FILE=",
                                           "GARNER_STATUS=0",
                                           "GARNER_FAILURE=http",
                                           "GARNER_ERROR=status 500",
                                           "GARNER_ROWS=0",
                                           "GARNER_TEXT=it fails",
                                           NULL};
    static const char *const added[] = {"A=b", NULL};
    struct gn_arena memory = {0};
    struct gn_message saved = change;
    const char *const *env = gn_letter_env(&alerts[0], NULL, &memory);
    size_t n = 0;

    (void)state;
    assert_non_null(env);
    for (; expected[n] != NULL; n++)
        assert_string_equal(env[n], expected[n]);
    assert_null(env[n]);
    saved.file = file;
    env = gn_letter_env(&saved, added, &memory);
    assert_string_equal(env[0], "A=b");
    assert_string_equal(env[5], "GARNER_FILE=/x/a b");
    assert_string_equal(env[7], "GARNER_FAILURE=");
    assert_string_equal(env[9], "GARNER_ROWS=2");
    assert_string_equal(env[10], "GARNER_TEXT=");
    assert_null(env[11]);
    gn_arena_clear(&memory);
}

static void as_json(void **state)
{
    struct gn_message saved = change;
    struct gn_buf out = {0};

    (void)state;
    saved.file = file;
    gn_letter_json(&saved, &out);
    assert_non_null(
        strstr(gn_buf_cstr(&out), "\"error\":null,\"file\":\"/x/a b\","));
    gn_buf_clear(&out);
    gn_letter_json(&change, &out);
    assert_string_equal(
        gn_buf_cstr(&out),
        "{\"id\":4,\"event\":\"change\",\"source\":\"my \\\"source\\\"\","
        "\"url\":\"http://h/x\",\"run\":9,\"status\":200,\"failure\":null,"
        "\"error\":null,\"row_count\":2,\"rows\":[{\"a\":1},{\"a\":2}]}");
    gn_buf_clear(&out);
    gn_letter_json_all(alerts, 2, &out);
    assert_string_equal(
        gn_buf_cstr(&out),
        "{\"text\":\"it fails\\nit works\",\"messages\":["
        "{\"id\":5,\"event\":\"error\",\"source\":\"my \\\"source\\\"\","
        "\"url\":\"http://h/x\",\"run\":10,\"status\":null,"
        "\"failure\":\"http\",\"error\":\"status 500\",\"text\":\"it fails\"},"
        "{\"id\":6,\"event\":\"recover\",\"source\":\"my \\\"source\\\"\","
        "\"url\":null,\"run\":0,\"status\":null,\"failure\":null,"
        "\"error\":null,\"text\":\"it works\"}]}");
    gn_buf_fini(&out);
}

static void as_text(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    gn_letter_text(alerts, 2, &out);
    assert_string_equal(gn_buf_cstr(&out), "it fails\nit works\n");
    gn_buf_fini(&out);
}

static void without_memory_there_is_no_environment(void **state)
{
    (void)state;
    for (unsigned n = 1;; n++) {
        struct gn_arena memory = {0};
        const char *const *env;

        gn_mem_fail_at(n);
        env = gn_letter_env(&change, NULL, &memory);
        gn_mem_fail_at(0);
        gn_arena_clear(&memory);
        if (env != NULL)
            return;
        assert_true(n < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_environment),
        cmocka_unit_test(as_json),
        cmocka_unit_test(as_text),
        cmocka_unit_test(without_memory_there_is_no_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
