"use strict";
// Takes the place of the page's content with that of a newer page, every two seconds, until the
// run is over: then its page has no script, or the server is gone.
document.addEventListener("DOMContentLoaded", () => {
  const look = async () => {
    let page;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch (e) {
      document.getElementById("status").textContent =
        "The run is over, or was ended: its folder has the last report.";
      return;
    }
    const open = [...document.querySelectorAll("details")].map((d) => d.open);
    const left = [...document.querySelectorAll(".wide")].map((w) => w.scrollLeft);
    const focused = [...document.querySelectorAll("[tabindex], summary")].indexOf(document.activeElement);
    document.querySelector("main").replaceWith(page.querySelector("main"));
    document.title = page.title;
    document.querySelectorAll("details").forEach((d, i) => { d.open = open[i] || false; });
    document.querySelectorAll(".wide").forEach((w, i) => { w.scrollLeft = left[i] || 0; });
    if (focused >= 0) {
      const again = document.querySelectorAll("[tabindex], summary")[focused];
      if (again) { again.focus({ preventScroll: true }); }
    }
    if (page.querySelector("script")) { setTimeout(look, 2000); }
  };
  setTimeout(look, 2000);
});
