/* sent_test.c - what a source sends, and what of that is not told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cli/sent.h"

static const struct gn_sent nothing = {"http://h/", "", ""};

static void says(const struct gn_source *source, const struct gn_sent *known,
                 const char *lines)
{
    struct gn_buf out = {0};

    gn_sent_tell(source, known, &out);
    assert_string_equal(gn_buf_cstr(&out), lines);
    gn_buf_fini(&out);
}

static void what_is_asked(void **state)
{
    const struct gn_crawl crawl = {0};
    struct gn_source source = {.request = {.url = "http://h/"}};

    (void)state;
    says(&source, &nothing, "sends\tGET http://h/\n");
    source.request.body = "a=b";
    source.request.body_size = 3;
    says(&source, &nothing, "sends\tPOST http://h/\n\tand 3 bytes\n");
    source.request.method = "PUT";
    says(&source, &nothing, "sends\tPUT http://h/\n\tand 3 bytes\n");
    source = (struct gn_source){.crawl = &crawl};
    says(&source, &nothing, "sends\tGET http://h/, and what it leads to\n");
    source = (struct gn_source){.urls = {.file = "a.txt"}};
    says(&source, &(struct gn_sent){"a.txt", "", ""},
         "sends\tGET, of each URL in a.txt\n");
    source = (struct gn_source){.urls = {.sql = "select u\nfrom t"}};
    says(&source, &(struct gn_sent){"select u\nfrom t", "", ""},
         "sends\tGET, of each URL that this gives: select u from t\n");
}

static void who_asks(void **state)
{
    static const char *const headers[] = {"X-Key: s3cret!", "Accept: text/csv",
                                          "authorization: Bearer of bad",
                                          "User-Agent: mine", NULL};
    static const char *const secrets[] = {"s3cret!", NULL};
    struct gn_source source = {.request = {.url = "http://h/",
                                           .user_agent = "me (s3cret!)",
                                           .secrets = secrets,
                                           .cookies = "a=b",
                                           .keeps_cookies = true}};

    (void)state;
    says(&source, &nothing,
         "sends\tGET http://h/\n\tUser-Agent: me (***)\n\tCookie: ***\n"
         "\tCookie: those that servers have set\n");
    source.request.headers = headers;
    source.request.cookies = NULL;
    source.request.keeps_cookies = false;
    says(&source, &nothing,
         "sends\tGET http://h/\n\tX-Key: ***\n\tAccept: text/csv\n"
         "\tauthorization: ***\n\tUser-Agent: mine\n");
}

static void logins_are_told_of_and_no_more(void **state)
{
    static const struct {
        struct gn_request request;
        const char *line;
    } cases[] = {
        {{.login = GN_LOGIN_BASIC, .user = "me", .password = "pw"},
         "Authorization: *** (basic)"},
        {{.login = GN_LOGIN_DIGEST, .user = "me", .password = "pw"},
         "Authorization: *** (digest), when the server asks"},
        {{.login = GN_LOGIN_BEARER, .password = "pw"},
         "Authorization: *** (bearer)"},
        {{.url = "http://me:pw@h/"},
         "Authorization: *** (basic, as the URL says)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_source source = {.request = cases[i].request};
        struct gn_buf lines = {0};

        gn_buf_printf(&lines, "sends\tGET http://h/\n\t%s\n", cases[i].line);
        says(&source, &nothing, gn_buf_cstr(&lines));
        gn_buf_fini(&lines);
    }
}

static void a_version_is_asked_for_unless_all_is(void **state)
{
    const struct gn_sent known = {"http://h/", "\"x\"", "Thu, 26 Nov 2026"};
    struct gn_source source = {.request = {.url = "http://h/"}};

    (void)state;
    says(&source, &known,
         "sends\tGET http://h/\n\tIf-None-Match: \"x\"\n"
         "\tIf-Modified-Since: Thu, 26 Nov 2026\n");
    source.unconditional = true;
    says(&source, &known, "sends\tGET http://h/\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked),
        cmocka_unit_test(who_asks),
        cmocka_unit_test(logins_are_told_of_and_no_more),
        cmocka_unit_test(a_version_is_asked_for_unless_all_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
