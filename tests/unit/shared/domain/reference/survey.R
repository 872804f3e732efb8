# Makes what the tests compare with: apistrat.csv and simulated.csv (answers) and survey.json (what R says of them).
#   Rscript survey.R          needs R and its package "survey" (made with R 4.2.2 and survey 4.1-1)
# apistrat: 200 Californian schools in three strata with population sizes, from the California Department of Education,
# as the package ships it. The three class sizes are missing where a school has no such class.
suppressMessages(library(survey))
data(api)

items <- c("sch", "comp", "awards", "k3", "g46", "core")
schools <- with(apistrat, data.frame(
  stratum = as.character(stype), population = fpc,
  sch = 4 * (sch.wide == "Yes") + 1, comp = 4 * (comp.imp == "Yes") + 1, awards = 4 * (awards == "Yes") + 1,
  k3 = 4 * (acs.k3 < 19) + 1, g46 = 4 * (acs.46 < 29) + 1, core = 4 * (acs.core < 28) + 1))
schools[is.na(schools)] <- -1
write.csv(schools, "apistrat.csv", row.names = FALSE, quote = FALSE)

set.seed(20220801)
sizes <- c(a = 12, b = 25, c = 40, d = 33)
people <- c(a = 40, b = 300, c = 95, d = 1200)
stratum <- rep(names(sizes), sizes)
level <- rnorm(sum(sizes), rep(c(1.2, 0.6, 1.6, 0.9), sizes), 0.8)
answer <- function(shift) {
  value <- findInterval(level + shift + rnorm(length(level), 0, 0.8), c(-1, -0.3, 0.3, 1.2)) + 1
  value[runif(length(value)) < 0.08] <- 0
  value[runif(length(value)) < 0.06] <- -1
  value
}
simulated <- data.frame(stratum, population = people[stratum], sapply(
  c(sch = 0, comp = 0.3, awards = -0.4, k3 = 0.2, g46 = 0.6, core = -0.1), answer))
simulated <- simulated[rowSums(simulated[items] > 0) > 0, ]
write.csv(simulated, "simulated.csv", row.names = FALSE, quote = FALSE)

figures <- function(data, stratified) {
  for (item in items) {
    data[[paste0("x_", item)]] <- as.numeric(data[[item]] > 0)
    data[[paste0("y_", item)]] <- as.numeric(data[[item]] >= 4)
  }
  y <- paste0("y_", items); x <- paste0("x_", items)
  data$y_all <- rowSums(data[y]); data$x_all <- rowSums(data[x])
  design <- if (stratified) svydesign(~1, strata = ~stratum, fpc = ~population, data = data)
            else svydesign(~1, weights = ~1, data = data)
  ratios <- svyratio(reformulate(y), reformulate(x), design, covmat = TRUE)
  # svyratio divides every numerator by every denominator; the figures need the item's own.
  names <- outer(y, x, paste, sep = "/")
  own <- match(paste(y, x, sep = "/"), as.vector(names))
  stat <- as.vector(coef(ratios))[own]; V <- as.matrix(vcov(ratios))[own, own]
  linear <- function(a) list(index = sum(a * stat), variance = as.numeric(t(a) %*% V %*% a))
  own_items <- structure(stat, var = V, class = "svystat"); names(own_items) <- items
  attr(own_items, "var") <- structure(V, dimnames = list(items, items))
  contrast <- svycontrast(own_items, list(f = c(sch = 1/6, comp = 1/6, awards = 1/6, k3 = 1/6, g46 = 1/6, core = 1/6)))
  pooled <- svyratio(~y_all, ~x_all, design)
  stopifnot(all.equal(as.numeric(vcov(contrast)), linear(rep(1/6, 6))$variance))
  c(setNames(lapply(1:6, function(j) linear(as.numeric(1:6 == j))), items),
    list(F1 = linear(c(1, 1, 0, 0, 0, 0) / 2), F2 = linear(c(0, 0, 1, 1, 1, 1) / 4),
         `mean-of-factors` = linear(c(2, 2, 1, 1, 1, 1) / 8),
         `mean-of-criteria` = list(index = as.numeric(coef(contrast)), variance = as.numeric(vcov(contrast))),
         pooled = list(index = as.numeric(coef(pooled)), variance = as.numeric(vcov(pooled)))))
}

number <- function(v) formatC(v, digits = 15, format = "g")
line <- function(f, name) sprintf('    "%s": {"index": %s, "variance": %s}', name, number(f$index), number(f$variance))
block <- function(f, name) sprintf('  "%s": {\n%s\n  }', name, paste(mapply(line, f, names(f)), collapse = ",\n"))
made <- list(`apistrat stratified` = figures(schools, TRUE), `apistrat unweighted` = figures(schools, FALSE),
             `simulated stratified` = figures(simulated, TRUE), `simulated unweighted` = figures(simulated, FALSE))
writeLines(c("{", paste(mapply(block, made, names(made)), collapse = ",\n"), "}"), "survey.json")
