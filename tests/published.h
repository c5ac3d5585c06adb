/* Tables of published measurements below HANSE_TEST_DATA, plain or gzip; fields without quotes.
 */
#ifndef HANSE_TESTS_PUBLISHED_H
#define HANSE_TESTS_PUBLISHED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MAX_LINE = 8192, MAX_FIELDS = 96 };

struct csv {
    FILE *file;
    bool piped;
    char header[MAX_LINE], line[MAX_LINE];
    char *names[MAX_FIELDS], *fields[MAX_FIELDS];
    int n_names;
};

static inline int split(char *line, char **fields)
{
    int n = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *at = line; at != NULL && n < MAX_FIELDS;) {
        fields[n++] = at;
        at = strchr(at, ',');
        if (at != NULL) {
            *at++ = '\0';
        }
    }
    return n;
}

/* Where a file of the test data lies; skips where it is absent. */
static inline void path_of(char *path, size_t size, const char *name)
{
    const char *data = getenv("HANSE_TEST_DATA");
    snprintf(path, size, "%s/%s", data != NULL ? data : "../shared/data", name);
    if (access(path, R_OK) != 0) {
        print_message("%s is absent; set HANSE_TEST_DATA to the folder of test data\n", path);
        skip();
    }
}

static inline void open_csv(struct csv *csv, const char *name)
{
    char path[1024], command[1100];
    path_of(path, sizeof path, name);
    FILE *there = fopen(path, "r");
    assert_non_null(there);
    csv->piped = strstr(name, ".gz") != NULL;
    csv->file = there;
    if (csv->piped) {
        fclose(there);
        snprintf(command, sizeof command, "gzip -dc '%s'", path);
        csv->file = popen(command, "r");
        assert_non_null(csv->file);
    }
    assert_non_null(fgets(csv->header, sizeof csv->header, csv->file));
    csv->n_names = split(csv->header, csv->names);
}

static inline bool next_row(struct csv *csv)
{
    if (fgets(csv->line, sizeof csv->line, csv->file) == NULL) {
        if (csv->piped) {
            pclose(csv->file);
        } else {
            fclose(csv->file);
        }
        return false;
    }
    assert_int_equal(split(csv->line, csv->fields), csv->n_names);
    return true;
}

static inline const char *text(const struct csv *csv, const char *name)
{
    for (int i = 0; i < csv->n_names; i++) {
        if (strcmp(csv->names[i], name) == 0) {
            return csv->fields[i];
        }
    }
    fail_msg("no column %s", name);
    return NULL;
}

static inline double number(const struct csv *csv, const char *name)
{
    return strtod(text(csv, name), NULL);
}

#endif
