#include "cli/calibrate_show.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* "512×512×512", "" for a shape that is not known. */
static void shape_text(const struct hanse_rate *rate, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < HANSE_EXTENTS && rate->shape.extent[i] != 0; i++) {
        int n = snprintf(text + used, size - used, "%s%lld", i > 0 ? "×" : "",
                         (long long)rate->shape.extent[i]);
        used += n > 0 && (size_t)n < size - used ? (size_t)n : 0;
    }
}

/* A rate in the unit people use for it. */
static void rate_text(const struct hanse_rate *rate, char *text, size_t size)
{
    enum hanse_rate_unit unit = hanse_kernel_kind(rate->kernel)->unit;
    if (rate->marks & HANSE_RATE_CONTAMINATED) {
        snprintf(text, size, "contaminated");
    } else if (unit == HANSE_CALL_PER_S) {
        snprintf(text, size, "%.4g us", 1e6 / rate->rate);
    } else {
        snprintf(text, size, "%.4g %s", rate->rate / 1e9,
                 unit == HANSE_FLOP_PER_S ? "GFLOP/s" : "GB/s");
    }
}

/* Half the interval, in per cent of the rate; "" where it is not known. */
static void width_text(const struct hanse_rate *rate, char *text, size_t size)
{
    double width = 50.0 * (rate->high - rate->low) / rate->rate;
    text[0] = '\0';
    if (!isnan(width)) {
        snprintf(text, size, "±%.1f %%", width);
    }
}

static int padding(const char *text, int width)
{
    int columns = 0;
    for (const char *c = text; *c != '\0'; c++) {
        columns += ((unsigned char)*c & 0xC0) != 0x80;
    }
    return columns < width ? width - columns : 0;
}

static void cell(const char *text, int width)
{
    printf("%s%*s ", text, padding(text, width), "");
}

static void print_rate(const struct hanse_profile *profile, const struct hanse_rate *rate)
{
    char shape[96], value[48], width[24];
    shape_text(rate, shape, sizeof shape);
    rate_text(rate, value, sizeof value);
    width_text(rate, width, sizeof width);
    cell(hanse_kernel_kind(rate->kernel)->name, 17);
    cell(hanse_precision_name(rate->precision), 5);
    cell(rate->variant, 11);
    cell(shape, 20);
    cell(value, 16);
    cell(width, 8);
    printf("%s%s%s%s\n", hanse_profile_origin_name(rate->origin),
           rate->marks & HANSE_RATE_LOWER_BOUND ? ", at least" : "",
           rate->source >= 0 ? ": " : "",
           rate->source >= 0 ? profile->sources[rate->source] : "");
}

static void show_text(const struct hanse_profile *profile)
{
    printf("%s%s%s%s\n", profile->name, profile->path[0] != '\0' ? " (" : "", profile->path,
           profile->path[0] != '\0' ? ")" : "");
    printf("ceilings: %.4g GFLOP/s, %.4g GB/s, %.4g GiB, %s\n\n",
           profile->compute_flop_per_s / 1e9, profile->memory_byte_per_s / 1e9,
           profile->capacity_bytes / 1073741824.0, hanse_profile_origin_name(profile->origin));
    for (size_t i = 0; i < profile->n_rates; i++) {
        print_rate(profile, &profile->rates[i]);
    }
    for (size_t i = 0; i < profile->n_figures; i++) {
        const struct hanse_figure *f = &profile->figures[i];
        printf("%s%s = %.6g %s, %s%s%s\n", i == 0 ? "\n" : "", f->name, f->value, f->unit,
               hanse_profile_origin_name(f->origin), f->source >= 0 ? ": " : "",
               f->source >= 0 ? profile->sources[f->source] : "");
    }
    for (size_t i = 0; i < profile->n_notes; i++) {
        printf("%s%s: %s\n", i == 0 ? "\n" : "", profile->notes[i].key, profile->notes[i].text);
    }
}

/* --- JSON --------------------------------------------------------------------------------- */

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *source_of(const struct hanse_profile *profile, int32_t source)
{
    return source >= 0 ? json_string(profile->sources[source]) : json_null();
}

static json_t *key_json(const struct hanse_rate *rate)
{
    json_t *row = json_object(), *shape = json_object();
    const struct hanse_kernel_kind *kind = hanse_kernel_kind(rate->kernel);
    for (int i = 0; i < HANSE_EXTENTS && kind->extents[i] != NULL; i++) {
        json_object_set_new(shape, kind->extents[i], json_integer(rate->shape.extent[i]));
    }
    json_object_set_new(row, "kernel", json_string(kind->name));
    json_object_set_new(row, "precision", json_string(hanse_precision_name(rate->precision)));
    json_object_set_new(row, "variant", json_string(rate->variant));
    json_object_set_new(row, "shape", shape);
    return row;
}

static json_t *rate_json(const struct hanse_profile *profile, const struct hanse_rate *rate)
{
    static const char *const units[] = {"FLOP/s", "byte/s", "1/s"};
    json_t *row = key_json(rate);
    json_object_set_new(row, "rate", number(rate->rate));
    json_object_set_new(row, "unit", json_string(units[hanse_kernel_kind(rate->kernel)->unit]));
    json_object_set_new(row, "low", number(rate->low));
    json_object_set_new(row, "high", number(rate->high));
    json_object_set_new(row, "log_sd", number(rate->log_sd));
    json_object_set_new(row, "launch_sd", number(rate->launch_sd));
    json_object_set_new(row, "power_w", number(rate->watt));
    json_object_set_new(row, "samples", json_integer(rate->n_samples));
    json_object_set_new(row, "origin", json_string(hanse_profile_origin_name(rate->origin)));
    json_object_set_new(row, "source", source_of(profile, rate->source));
    json_object_set_new(row, "contaminated",
                        json_boolean(rate->marks & HANSE_RATE_CONTAMINATED));
    json_object_set_new(row, "lower_bound", json_boolean(rate->marks & HANSE_RATE_LOWER_BOUND));
    return row;
}

static json_t *figure_json(const struct hanse_profile *profile, const struct hanse_figure *f)
{
    json_t *row = json_object();
    json_object_set_new(row, "name", json_string(f->name));
    json_object_set_new(row, "value", number(f->value));
    json_object_set_new(row, "unit", json_string(f->unit));
    json_object_set_new(row, "log_sd", number(f->log_sd));
    json_object_set_new(row, "origin", json_string(hanse_profile_origin_name(f->origin)));
    json_object_set_new(row, "source", source_of(profile, f->source));
    return row;
}

static void show_json(const struct hanse_profile *profile)
{
    json_t *root = json_object(), *rates = json_array(), *figures = json_array();
    json_t *notes = json_array();
    for (size_t i = 0; i < profile->n_rates; i++) {
        json_array_append_new(rates, rate_json(profile, &profile->rates[i]));
    }
    for (size_t i = 0; i < profile->n_figures; i++) {
        json_array_append_new(figures, figure_json(profile, &profile->figures[i]));
    }
    for (size_t i = 0; i < profile->n_notes; i++) {
        json_array_append_new(notes, json_pack("{s:s, s:s}", "about", profile->notes[i].key,
                                               "text", profile->notes[i].text));
    }
    json_object_set_new(root, "name", json_string(profile->name));
    json_object_set_new(root, "device", json_string(profile->path));
    json_object_set_new(root, "compute_flop_per_s", number(profile->compute_flop_per_s));
    json_object_set_new(root, "memory_byte_per_s", number(profile->memory_byte_per_s));
    json_object_set_new(root, "capacity_bytes", number(profile->capacity_bytes));
    json_object_set_new(root, "origin",
                        json_string(hanse_profile_origin_name(profile->origin)));
    json_object_set_new(root, "rates", rates);
    json_object_set_new(root, "figures", figures);
    json_object_set_new(root, "notes", notes);
    json_dumpf(root, stdout, JSON_INDENT(1));
    printf("\n");
    json_decref(root);
}

void hanse_cli_show_profile(const struct hanse_profile *profile, bool json)
{
    if (json) {
        show_json(profile);
    } else {
        show_text(profile);
    }
}

/* --- comparing ---------------------------------------------------------------------------- */

static json_t *change_json(const struct hanse_rate *rate,
                           const struct hanse_speed_change *change)
{
    json_t *row = key_json(rate);
    json_object_set_new(row, "ratio", number(change->ratio));
    json_object_set_new(row, "low", number(change->low));
    json_object_set_new(row, "high", number(change->high));
    json_object_set_new(row, "verdict", json_string(hanse_speed_name(change->verdict)));
    return row;
}

static void print_change(const struct hanse_rate *rate, const struct hanse_speed_change *change)
{
    char shape[96];
    shape_text(rate, shape, sizeof shape);
    cell(hanse_kernel_kind(rate->kernel)->name, 17);
    cell(hanse_precision_name(rate->precision), 5);
    cell(rate->variant, 11);
    cell(shape, 20);
    if (isnan(change->ratio)) {
        printf("%-24s %s\n", "contaminated", hanse_speed_name(change->verdict));
    } else {
        printf("%.3f (%.3f – %.3f)    %s\n", change->ratio, change->low, change->high,
               hanse_speed_name(change->verdict));
    }
}

int hanse_cli_compare_profiles(const struct hanse_profile *a, const struct hanse_profile *b,
                               bool json)
{
    json_t *rows = json ? json_array() : NULL;
    int n = 0;
    for (size_t i = 0; i < a->n_rates; i++) {
        const struct hanse_rate *x = &a->rates[i];
        const struct hanse_rate *y =
            hanse_profile_rate(b, x->kernel, x->precision, x->variant, &x->shape);
        if (y == NULL) {
            continue;
        }
        struct hanse_speed_change change = hanse_rate_compare(x, y);
        n++;
        if (json) {
            json_array_append_new(rows, change_json(x, &change));
        } else {
            print_change(x, &change);
        }
    }
    if (json) {
        json_dumpf(rows, stdout, JSON_INDENT(1));
        printf("\n");
        json_decref(rows);
    }
    return n;
}
