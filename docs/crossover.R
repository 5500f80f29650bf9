# Arm by timepoint in a crossover, from the tidy table of `mep export`.
#
#   Rscript crossover.R study_metrics.csv metric=mep_amplitude convention=geometric_mean [column=value ...]
#       [scale=log] [sham=sham] [reference=pre]
#
# Fits arm * timepoint + period + sequence with an intercept for each subject and for each session of a subject, by
# lme4 and by nlme, whose degrees of freedom (inner and outer) `mep` uses as well. scale=log models logarithms, as `mep`
# does with sizes and ratios of sizes. Needs Debian's r-base-core, r-cran-lme4, r-cran-nlme. Prints a table separated by
# tabs: the coefficients of arm:timepoint are how much more an arm changes than sham (log ratios with scale=log).

arguments <- commandArgs(trailingOnly = TRUE)
if (length(arguments) < 2) stop("usage: Rscript crossover.R study_metrics.csv metric=NAME [column=value ...]")
pairs <- strsplit(arguments[-1], "=", fixed = TRUE)
stated <- setNames(sapply(pairs, function(pair) paste(pair[-1], collapse = "=")), sapply(pairs, `[`, 1))
settings <- c(scale = "raw", sham = "sham", reference = "pre")
settings[intersect(names(settings), names(stated))] <- stated[intersect(names(settings), names(stated))]
wanted <- stated[setdiff(names(stated), names(settings))]

# as words, so that subject 01 stays 01
rows <- read.csv(arguments[1], colClasses = "character", na.strings = "n/a", encoding = "UTF-8", check.names = FALSE)
unknown <- setdiff(names(wanted), names(rows))
if (length(unknown)) stop("no column ", unknown[1], "; there are: ", paste(names(rows), collapse = ", "))
for (name in names(wanted)) rows <- rows[which(rows[[name]] == wanted[[name]]), ]
cell <- c("metric", "convention", "state", "side", "muscle", "level")
if (!nrow(rows)) stop("no row has ", paste(names(wanted), wanted, sep = "=", collapse = ", "))
if (nrow(unique(rows[cell])) != 1) {
  print(unique(rows[cell]), row.names = FALSE)
  stop("these are ", nrow(unique(rows[cell])), " kinds of numbers; state columns until one is left")
}

rows$y <- as.numeric(rows$value)
if (settings["scale"] == "log") rows$y <- suppressWarnings(log(rows$y))
rows <- rows[is.finite(rows$y) & rows$arm != "" & rows$timepoint != "", ]
rows$arm <- relevel(factor(rows$arm), settings[["sham"]])
rows$timepoint <- relevel(factor(rows$timepoint), settings[["reference"]])
fixed <- "arm * timepoint"
if (length(unique(rows$period)) > 1) fixed <- paste(fixed, "+ factor(period)")
n_sequences <- length(unique(rows$sequence))
if (n_sequences > 1 && 2 * n_sequences <= length(unique(rows$subject))) fixed <- paste(fixed, "+ factor(sequence)")

suppressPackageStartupMessages({library(lme4); library(nlme)})
model <- as.formula(paste("y ~", fixed))
by_lme4 <- summary(lmer(update(model, . ~ . + (1 | subject / session)), rows, REML = TRUE))$coefficients
by_nlme <- summary(lme(model, rows, random = ~ 1 | subject / session))$tTable
table <- data.frame(
  coefficient = rownames(by_lme4), lme4_estimate = by_lme4[, "Estimate"], lme4_se = by_lme4[, "Std. Error"],
  nlme_estimate = by_nlme[, "Value"], nlme_se = by_nlme[, "Std.Error"], nlme_df = by_nlme[, "DF"],
  nlme_t = by_nlme[, "t-value"], nlme_p = by_nlme[, "p-value"]
)
write.table(format(table, digits = 8), sep = "\t", quote = FALSE, row.names = FALSE)
