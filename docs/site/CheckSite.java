import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks the links of the site and of the repository's Markdown files; one line for each fault.
 *
 * <p>Of the site: every link and picture leads to a file, every fragment to an id of its page,
 * every page is in the menu, and what a page links to in the repository exists there. Of Markdown
 * files: every relative link leads to a file. Addresses elsewhere are not visited.
 *
 * <p>Arguments: the site's folder, the repository's root, the address of the repository's files.
 */
public final class CheckSite {
  private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"]*)\"");
  private static final Pattern ID = Pattern.compile("(?:id|name)=\"([^\"]*)\"");
  private static final Pattern MENU = Pattern.compile("<item [^>]*href=\"([^\"]*)\"");
  private static final Pattern MARKDOWN = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern CODE = Pattern.compile("(?s)```.*?```|`[^`\n]*`");

  private final Path site;
  private final Path root;
  private final String repository;
  private final Map<Path, Set<String>> ids = new HashMap<>();
  private final List<String> faults = new ArrayList<>();
  private int links;

  private CheckSite(Path site, Path root, String repository) {
    this.site = site;
    this.root = root;
    this.repository = repository;
  }

  /** Exits with 1 if there is a fault. */
  public static void main(String[] arguments) throws IOException {
    CheckSite check =
        new CheckSite(
            Path.of(arguments[0]).toRealPath(), Path.of(arguments[1]).toRealPath(), arguments[2]);
    int pages = check.pages();
    check.markdown();
    check.faults.forEach(System.err::println);
    if (!check.faults.isEmpty()) {
      System.err.println(check.faults.size() + " faults in the documentation's links");
      System.exit(1);
    }
    System.out.println("documentation: " + pages + " pages, " + check.links + " links, all sound");
  }

  private int pages() throws IOException {
    Set<String> menu = new TreeSet<>();
    Matcher items = MENU.matcher(Files.readString(root.resolve("docs/site/site.xml")));
    while (items.find()) {
      menu.add(items.group(1));
    }
    List<Path> pages;
    try (Stream<Path> files = Files.walk(site)) {
      pages = files.filter(file -> file.toString().endsWith(".html")).sorted().toList();
    }
    for (Path page : pages) {
      if (!menu.contains(site.relativize(page).toString())) {
        faults.add(site.relativize(page) + ": expected a place in the menu of docs/site/site.xml");
      }
    }
    for (String item : menu) {
      if (!Files.isRegularFile(site.resolve(item))) {
        faults.add("docs/site/site.xml: expected the page " + item + ", found none");
      }
    }
    for (Path page : pages) {
      Matcher found = LINK.matcher(Files.readString(page));
      while (found.find()) {
        link(page, found.group(1).replace("&amp;", "&"));
      }
    }
    return pages.size();
  }

  private void link(Path page, String link) throws IOException {
    links++;
    String name = site.relativize(page).toString();
    if (link.startsWith(repository)) {
      String file = link.substring(repository.length()).replaceFirst("#.*", "");
      if (!Files.exists(root.resolve(file))) {
        faults.add(name + ": " + link + ": no such file in the repository");
      }
      return;
    }
    if (URI.create(link).isAbsolute()) {
      return;
    }
    int hash = link.indexOf('#');
    String file = hash < 0 ? link : link.substring(0, hash);
    Path target = file.isEmpty() ? page : page.resolveSibling(file).normalize();
    if (!Files.isRegularFile(target)) {
      faults.add(name + ": " + link + ": no such page or file");
    } else if (hash >= 0 && hash + 1 < link.length()) {
      String fragment = URLDecoder.decode(link.substring(hash + 1), StandardCharsets.UTF_8);
      if (!idsOf(target).contains(fragment)) {
        faults.add(name + ": " + link + ": no such place in the page");
      }
    }
  }

  private Set<String> idsOf(Path page) throws IOException {
    Set<String> known = ids.get(page);
    if (known == null) {
      known = new HashSet<>();
      Matcher found = ID.matcher(Files.readString(page));
      while (found.find()) {
        known.add(found.group(1));
      }
      ids.put(page, known);
    }
    return known;
  }

  private void markdown() throws IOException {
    List<Path> documents = new ArrayList<>();
    for (String folder : List.of("", "docs", "docs/decisions", "recipes")) {
      try (Stream<Path> files = Files.list(root.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
      }
    }
    for (Path document : documents) {
      Matcher found = MARKDOWN.matcher(CODE.matcher(Files.readString(document)).replaceAll(""));
      while (found.find()) {
        String link = found.group(1);
        if (link.startsWith("#") || link.matches("[a-z]+:.*")) {
          continue;
        }
        links++;
        if (!Files.exists(document.resolveSibling(link.replaceFirst("#.*", "")))) {
          faults.add(root.relativize(document) + ": " + link + ": no such file");
        }
      }
    }
  }
}
