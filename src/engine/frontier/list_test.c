/* list_test.c - lists of URLs, from a file and from the store. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/frontier/list.h"

static struct gn_urls in_file(struct world *w, const char *text, size_t size)
{
    static char path[80];
    FILE *file;

    snprintf(path, sizeof path, "%s/urls", w->folder);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return (struct gn_urls){.file = path};
}

/* All URLs, each in <>; then what the end was. */
static enum garner_code read_all(struct gn_list *list, char *all, size_t room)
{
    const char *url;
    size_t size;
    size_t n = 0;
    enum garner_code code;

    all[0] = '\0';
    while ((code = gn_list_next(list, &url, &size, NULL)) == GARNER_ROW) {
        assert_int_equal(strlen(url), size);
        n += (size_t)snprintf(all + n, room - n, "<%s>", url);
    }
    return code;
}

static void lines_of_a_file(void **state)
{
    static const char text[] = "http://h/1\r\n"
                               "# a comment\n"
                               "\n"
                               "  https://h/2?a=b#part \n"
                               "h/3\n"
                               "http://u:secret@h/4\n"
                               "http://h/\xff\n"
                               "http://h/\0x\n"
                               "http://h/5";
    struct world *w = begin(NULL, NULL);
    const struct gn_urls urls = in_file(w, text, sizeof text - 1);
    struct gn_list list;
    char all[200];

    (void)state;
    assert_int_equal(gn_list_open(&list, &urls, NULL, NULL), GARNER_OK);
    assert_int_equal(read_all(&list, all, sizeof all), GARNER_DONE);
    assert_string_equal(all, "<http://h/1><https://h/2?a=b><http://h/5>");
    assert_int_equal(list.bad, 4);
    assert_has(list.first_bad, "urls, line 5: ");
    gn_list_close(&list);
    (void)unlink(urls.file);
    end(w);
}

static void one_that_is_too_long(void **state)
{
    struct world *w = begin(NULL, NULL);
    char text[9000];
    struct gn_urls urls;
    struct gn_list list;
    char all[50];

    (void)state;
    memset(text, 'x', sizeof text);
    for (int i = 0; i < 9; i++)
        text[i] = "http://h/"[i];
    urls = in_file(w, text, sizeof text);
    assert_int_equal(gn_list_open(&list, &urls, NULL, NULL), GARNER_OK);
    assert_int_equal(read_all(&list, all, sizeof all), GARNER_DONE);
    assert_string_equal(all, "");
    assert_has(list.first_bad, "line 1: a URL of more than 8192 bytes");
    gn_list_close(&list);
    (void)unlink(urls.file);
    end(w);
}

static void rows_of_a_query(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_urls urls = {
        .sql = "values ('http://h/1'), (null), (5), ('no'), ('http://h/2#x')"};
    struct gn_list list;
    char all[200];

    (void)state;
    assert_int_equal(gn_list_open(&list, &urls, w->store, NULL), GARNER_OK);
    assert_int_equal(read_all(&list, all, sizeof all), GARNER_DONE);
    assert_string_equal(all, "<http://h/1><http://h/2>");
    assert_int_equal(list.bad, 1);
    assert_has(list.first_bad, "urls: sql, row 4: ");
    gn_list_close(&list);
    end(w);
}

static void what_cannot_be_read(void **state)
{
    struct world *w = begin(NULL, NULL);
    const struct gn_urls missing = {.file = "/no/such/file"};
    const struct gn_urls folder = {.file = "/"};
    const struct gn_urls wrong = {.sql = "select url from nothing"};
    struct gn_list list;
    char all[50];

    (void)state;
    assert_int_equal(gn_list_open(&list, &missing, NULL, &w->err),
                     GARNER_NOTFOUND);
    assert_string_equal(w->err.message,
                        "urls: file /no/such/file: No such file "
                        "or directory");
    gn_list_close(&list);
    assert_int_equal(gn_list_open(&list, &folder, NULL, &w->err), GARNER_OK);
    assert_int_equal(read_all(&list, all, sizeof all), GARNER_IO);
    gn_list_close(&list);
    assert_true(gn_list_open(&list, &wrong, w->store, &w->err) != GARNER_OK);
    assert_has(w->err.message, "nothing");
    gn_list_close(&list);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_a_file),
        cmocka_unit_test(one_that_is_too_long),
        cmocka_unit_test(rows_of_a_query),
        cmocka_unit_test(what_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
