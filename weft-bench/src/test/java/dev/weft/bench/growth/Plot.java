package dev.weft.bench.growth;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lines over a logarithmic or even axis, as an SVG picture that needs nothing else to be seen. */
final class Plot {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int LEFT = 84;
    private static final int RIGHT = 24;
    private static final int TOP = 44;
    private static final int BOTTOM = 64;
    private static final List<String> COLORS = List.of("#1f6feb", "#d1242f", "#1a7f37", "#9a6700");

    /** How places on the axis follow from values. */
    enum Axis {
        EVEN,
        LOGARITHMIC
    }

    /** A place on the picture's plane, in its own units. */
    record Point(double x, double y) {}

    private record Line(String name, List<Point> points) {}

    private final String title;
    private final String xName;
    private final String yName;
    private final Axis xAxis;
    private final List<Line> lines = new ArrayList<>();

    Plot(String title, String xName, String yName, Axis xAxis) {
        this.title = title;
        this.xName = xName;
        this.yName = yName;
        this.xAxis = xAxis;
    }

    Plot line(String name, List<Point> points) {
        lines.add(new Line(name, List.copyOf(points)));
        return this;
    }

    String svg() {
        StringBuilder out = new StringBuilder();
        out.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">%n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT));
        text(out, WIDTH / 2.0, 22, "middle", title, "font-size=\"15\"");
        text(out, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 28, "middle", xName, "");
        text(out, LEFT - 8, TOP - 10, "end", yName, "");
        double top = ceiling(largest());
        for (int i = 0; i <= 4; i++) {
            double value = top * i / 4;
            double y = y(value, top);
            stroke(out, LEFT, y, WIDTH - RIGHT, y, "#d0d7de");
            text(out, LEFT - 8, y + 4, "end", brief(value), "");
        }
        for (Point point : lines.get(0).points()) {
            double x = x(point.x());
            stroke(out, x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 5, "#57606a");
            text(out, x, HEIGHT - BOTTOM + 18, "middle", brief(point.x()), "");
        }
        stroke(out, LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "#57606a");
        for (int i = 0; i < lines.size(); i++) {
            draw(out, lines.get(i), COLORS.get(i % COLORS.size()), top);
            double at = LEFT + i * 180.0;
            out.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.1f\" y=\"%d\" width=\"12\" height=\"4\" fill=\"%s\"/>%n",
                    at,
                    HEIGHT - 12,
                    COLORS.get(i % COLORS.size())));
            text(out, at + 18, HEIGHT - 7, "start", lines.get(i).name(), "");
        }
        return out.append("</svg>\n").toString();
    }

    private void draw(StringBuilder out, Line line, String color, double top) {
        StringBuilder path = new StringBuilder();
        for (Point point : line.points()) {
            path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.x()), y(point.y(), top)));
            out.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
                    x(point.x()),
                    y(point.y(), top),
                    color));
        }
        out.append(String.format(
                Locale.ROOT,
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n",
                path.toString().trim(),
                color));
    }

    private double x(double value) {
        List<Point> points = lines.get(0).points();
        double first = place(points.get(0).x());
        double last = place(points.get(points.size() - 1).x());
        return LEFT + (place(value) - first) / Math.max(1e-9, last - first) * (WIDTH - RIGHT - LEFT);
    }

    private double place(double value) {
        return switch (xAxis) {
            case EVEN -> value;
            case LOGARITHMIC -> Math.log(value);
        };
    }

    private static double y(double value, double top) {
        return HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP);
    }

    private double largest() {
        double largest = 0;
        for (Line line : lines) {
            for (Point point : line.points()) {
                largest = Math.max(largest, point.y());
            }
        }
        return largest;
    }

    /** The next of 1, 2, 4 or 8 times a power of ten. */
    private static double ceiling(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(1e-9, value))));
        for (double step : new double[] {1, 2, 4, 8}) {
            if (value <= step * power) {
                return step * power;
            }
        }
        return 10 * power;
    }

    private static String brief(double value) {
        if (value >= 1e6) {
            return trimmed(value / 1e6) + " M";
        }
        return value >= 1e4 ? trimmed(value / 1e3) + " k" : trimmed(value);
    }

    private static String trimmed(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.replaceAll("\\.?0+$", "");
    }

    private static void stroke(StringBuilder out, double x1, double y1, double x2, double y2, String color) {
        out.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
                x1,
                y1,
                x2,
                y2,
                color));
    }

    private static void text(StringBuilder out, double x, double y, String anchor, String words, String more) {
        out.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#1f2328\"%s>%s</text>%n",
                x,
                y,
                anchor,
                more.isEmpty() ? "" : " " + more,
                words.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
