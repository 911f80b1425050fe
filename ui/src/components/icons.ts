// The Lucide icons that an action's `icon:` may name, each imported by itself so that the rest of
// the set stays out of the bundle. An unknown name gets the terminal; the host warns about it.

import type { Component } from 'svelte';

import Activity from '@lucide/svelte/icons/activity';
import AlarmClock from '@lucide/svelte/icons/alarm-clock';
import AlertTriangle from '@lucide/svelte/icons/alert-triangle';
import Archive from '@lucide/svelte/icons/archive';
import ArrowDownToLine from '@lucide/svelte/icons/arrow-down-to-line';
import ArrowUpFromLine from '@lucide/svelte/icons/arrow-up-from-line';
import Battery from '@lucide/svelte/icons/battery';
import Beaker from '@lucide/svelte/icons/beaker';
import Bell from '@lucide/svelte/icons/bell';
import Binary from '@lucide/svelte/icons/binary';
import Blocks from '@lucide/svelte/icons/blocks';
import Book from '@lucide/svelte/icons/book';
import BookOpen from '@lucide/svelte/icons/book-open';
import Bookmark from '@lucide/svelte/icons/bookmark';
import Bot from '@lucide/svelte/icons/bot';
import Box from '@lucide/svelte/icons/box';
import Boxes from '@lucide/svelte/icons/boxes';
import Braces from '@lucide/svelte/icons/braces';
import Brain from '@lucide/svelte/icons/brain';
import Briefcase from '@lucide/svelte/icons/briefcase';
import Brush from '@lucide/svelte/icons/brush';
import Bug from '@lucide/svelte/icons/bug';
import Building from '@lucide/svelte/icons/building';
import Calendar from '@lucide/svelte/icons/calendar';
import Camera from '@lucide/svelte/icons/camera';
import Check from '@lucide/svelte/icons/check';
import CheckCheck from '@lucide/svelte/icons/check-check';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CirclePlay from '@lucide/svelte/icons/circle-play';
import ClipboardCheck from '@lucide/svelte/icons/clipboard-check';
import ClipboardList from '@lucide/svelte/icons/clipboard-list';
import Clock from '@lucide/svelte/icons/clock';
import Cloud from '@lucide/svelte/icons/cloud';
import CloudUpload from '@lucide/svelte/icons/cloud-upload';
import Code from '@lucide/svelte/icons/code';
import Cog from '@lucide/svelte/icons/cog';
import Combine from '@lucide/svelte/icons/combine';
import Compass from '@lucide/svelte/icons/compass';
import Construction from '@lucide/svelte/icons/construction';
import Container from '@lucide/svelte/icons/container';
import Copy from '@lucide/svelte/icons/copy';
import Cpu from '@lucide/svelte/icons/cpu';
import Database from '@lucide/svelte/icons/database';
import Diff from '@lucide/svelte/icons/diff';
import Download from '@lucide/svelte/icons/download';
import Droplet from '@lucide/svelte/icons/droplet';
import Earth from '@lucide/svelte/icons/earth';
import Eraser from '@lucide/svelte/icons/eraser';
import Eye from '@lucide/svelte/icons/eye';
import FastForward from '@lucide/svelte/icons/fast-forward';
import FileCode from '@lucide/svelte/icons/file-code';
import FileDiff from '@lucide/svelte/icons/file-diff';
import FilePen from '@lucide/svelte/icons/file-pen';
import FilePlus from '@lucide/svelte/icons/file-plus';
import FileSearch from '@lucide/svelte/icons/file-search';
import FileText from '@lucide/svelte/icons/file-text';
import Files from '@lucide/svelte/icons/files';
import Filter from '@lucide/svelte/icons/filter';
import Flag from '@lucide/svelte/icons/flag';
import FlaskConical from '@lucide/svelte/icons/flask-conical';
import Flame from '@lucide/svelte/icons/flame';
import Folder from '@lucide/svelte/icons/folder';
import FolderGit from '@lucide/svelte/icons/folder-git';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import FolderSync from '@lucide/svelte/icons/folder-sync';
import Gauge from '@lucide/svelte/icons/gauge';
import GitBranch from '@lucide/svelte/icons/git-branch';
import GitCommitHorizontal from '@lucide/svelte/icons/git-commit-horizontal';
import GitCompare from '@lucide/svelte/icons/git-compare';
import GitFork from '@lucide/svelte/icons/git-fork';
import GitMerge from '@lucide/svelte/icons/git-merge';
import GitPullRequest from '@lucide/svelte/icons/git-pull-request';
import Globe from '@lucide/svelte/icons/globe';
import Hammer from '@lucide/svelte/icons/hammer';
import HardDrive from '@lucide/svelte/icons/hard-drive';
import Hash from '@lucide/svelte/icons/hash';
import Heart from '@lucide/svelte/icons/heart';
import History from '@lucide/svelte/icons/history';
import Home from '@lucide/svelte/icons/home';
import House from '@lucide/svelte/icons/house';
import Image from '@lucide/svelte/icons/image';
import Inbox from '@lucide/svelte/icons/inbox';
import Info from '@lucide/svelte/icons/info';
import Key from '@lucide/svelte/icons/key';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Languages from '@lucide/svelte/icons/languages';
import Laptop from '@lucide/svelte/icons/laptop';
import Layers from '@lucide/svelte/icons/layers';
import Layout from '@lucide/svelte/icons/layout';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import LifeBuoy from '@lucide/svelte/icons/life-buoy';
import Lightbulb from '@lucide/svelte/icons/lightbulb';
import Link from '@lucide/svelte/icons/link';
import List from '@lucide/svelte/icons/list';
import ListChecks from '@lucide/svelte/icons/list-checks';
import ListTodo from '@lucide/svelte/icons/list-todo';
import Lock from '@lucide/svelte/icons/lock';
import Logs from '@lucide/svelte/icons/logs';
import Mail from '@lucide/svelte/icons/mail';
import Map from '@lucide/svelte/icons/map';
import Megaphone from '@lucide/svelte/icons/megaphone';
import MessageSquare from '@lucide/svelte/icons/message-square';
import Microscope from '@lucide/svelte/icons/microscope';
import Monitor from '@lucide/svelte/icons/monitor';
import Moon from '@lucide/svelte/icons/moon';
import Music from '@lucide/svelte/icons/music';
import Network from '@lucide/svelte/icons/network';
import Notebook from '@lucide/svelte/icons/notebook';
import NotebookPen from '@lucide/svelte/icons/notebook-pen';
import Package from '@lucide/svelte/icons/package';
import PackageCheck from '@lucide/svelte/icons/package-check';
import PackageOpen from '@lucide/svelte/icons/package-open';
import PackagePlus from '@lucide/svelte/icons/package-plus';
import Paintbrush from '@lucide/svelte/icons/paintbrush';
import Palette from '@lucide/svelte/icons/palette';
import Pencil from '@lucide/svelte/icons/pencil';
import Phone from '@lucide/svelte/icons/phone';
import PieChart from '@lucide/svelte/icons/pie-chart';
import Play from '@lucide/svelte/icons/play';
import Plug from '@lucide/svelte/icons/plug';
import Plus from '@lucide/svelte/icons/plus';
import Power from '@lucide/svelte/icons/power';
import Printer from '@lucide/svelte/icons/printer';
import Puzzle from '@lucide/svelte/icons/puzzle';
import Radio from '@lucide/svelte/icons/radio';
import Recycle from '@lucide/svelte/icons/recycle';
import RefreshCcw from '@lucide/svelte/icons/refresh-ccw';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Repeat from '@lucide/svelte/icons/repeat';
import Rocket from '@lucide/svelte/icons/rocket';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import RotateCw from '@lucide/svelte/icons/rotate-cw';
import Save from '@lucide/svelte/icons/save';
import Scale from '@lucide/svelte/icons/scale';
import ScanSearch from '@lucide/svelte/icons/scan-search';
import Scissors from '@lucide/svelte/icons/scissors';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Search from '@lucide/svelte/icons/search';
import Send from '@lucide/svelte/icons/send';
import Server from '@lucide/svelte/icons/server';
import ServerCog from '@lucide/svelte/icons/server-cog';
import Settings from '@lucide/svelte/icons/settings';
import Share from '@lucide/svelte/icons/share';
import Shield from '@lucide/svelte/icons/shield';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Shuffle from '@lucide/svelte/icons/shuffle';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import Smartphone from '@lucide/svelte/icons/smartphone';
import Sparkles from '@lucide/svelte/icons/sparkles';
import Split from '@lucide/svelte/icons/split';
import SquarePen from '@lucide/svelte/icons/square-pen';
import SquareTerminal from '@lucide/svelte/icons/square-terminal';
import Star from '@lucide/svelte/icons/star';
import Store from '@lucide/svelte/icons/store';
import Sun from '@lucide/svelte/icons/sun';
import Table from '@lucide/svelte/icons/table';
import Tag from '@lucide/svelte/icons/tag';
import Target from '@lucide/svelte/icons/target';
import Telescope from '@lucide/svelte/icons/telescope';
import Terminal from '@lucide/svelte/icons/terminal';
import TestTube from '@lucide/svelte/icons/test-tube';
import TestTubes from '@lucide/svelte/icons/test-tubes';
import Timer from '@lucide/svelte/icons/timer';
import ToggleLeft from '@lucide/svelte/icons/toggle-left';
import Trash from '@lucide/svelte/icons/trash';
import Trash2 from '@lucide/svelte/icons/trash-2';
import Truck from '@lucide/svelte/icons/truck';
import Upload from '@lucide/svelte/icons/upload';
import User from '@lucide/svelte/icons/user';
import Users from '@lucide/svelte/icons/users';
import Video from '@lucide/svelte/icons/video';
import Wand from '@lucide/svelte/icons/wand';
import WandSparkles from '@lucide/svelte/icons/wand-sparkles';
import Webhook from '@lucide/svelte/icons/webhook';
import Wifi from '@lucide/svelte/icons/wifi';
import Workflow from '@lucide/svelte/icons/workflow';
import Wrench from '@lucide/svelte/icons/wrench';
import Zap from '@lucide/svelte/icons/zap';

type Icon = Component<Record<string, unknown>>;

const ICONS: Record<string, unknown> = {
  Activity: Activity,
  AlarmClock: AlarmClock,
  AlertTriangle: AlertTriangle,
  Archive: Archive,
  ArrowDownToLine: ArrowDownToLine,
  ArrowUpFromLine: ArrowUpFromLine,
  Battery: Battery,
  Beaker: Beaker,
  Bell: Bell,
  Binary: Binary,
  Blocks: Blocks,
  Book: Book,
  BookOpen: BookOpen,
  Bookmark: Bookmark,
  Bot: Bot,
  Box: Box,
  Boxes: Boxes,
  Braces: Braces,
  Brain: Brain,
  Briefcase: Briefcase,
  Brush: Brush,
  Bug: Bug,
  Building: Building,
  Calendar: Calendar,
  Camera: Camera,
  Check: Check,
  CheckCheck: CheckCheck,
  CircleCheck: CircleCheck,
  CirclePlay: CirclePlay,
  ClipboardCheck: ClipboardCheck,
  ClipboardList: ClipboardList,
  Clock: Clock,
  Cloud: Cloud,
  CloudUpload: CloudUpload,
  Code: Code,
  Cog: Cog,
  Combine: Combine,
  Compass: Compass,
  Construction: Construction,
  Container: Container,
  Copy: Copy,
  Cpu: Cpu,
  Database: Database,
  Diff: Diff,
  Download: Download,
  Droplet: Droplet,
  Earth: Earth,
  Eraser: Eraser,
  Eye: Eye,
  FastForward: FastForward,
  FileCode: FileCode,
  FileDiff: FileDiff,
  FilePen: FilePen,
  FilePlus: FilePlus,
  FileSearch: FileSearch,
  FileText: FileText,
  Files: Files,
  Filter: Filter,
  Flag: Flag,
  FlaskConical: FlaskConical,
  Flame: Flame,
  Folder: Folder,
  FolderGit: FolderGit,
  FolderOpen: FolderOpen,
  FolderPlus: FolderPlus,
  FolderSync: FolderSync,
  Gauge: Gauge,
  GitBranch: GitBranch,
  GitCommitHorizontal: GitCommitHorizontal,
  GitCompare: GitCompare,
  GitFork: GitFork,
  GitMerge: GitMerge,
  GitPullRequest: GitPullRequest,
  Globe: Globe,
  Hammer: Hammer,
  HardDrive: HardDrive,
  Hash: Hash,
  Heart: Heart,
  History: History,
  Home: Home,
  House: House,
  Image: Image,
  Inbox: Inbox,
  Info: Info,
  Key: Key,
  Keyboard: Keyboard,
  Languages: Languages,
  Laptop: Laptop,
  Layers: Layers,
  Layout: Layout,
  LayoutDashboard: LayoutDashboard,
  LifeBuoy: LifeBuoy,
  Lightbulb: Lightbulb,
  Link: Link,
  List: List,
  ListChecks: ListChecks,
  ListTodo: ListTodo,
  Lock: Lock,
  Logs: Logs,
  Mail: Mail,
  Map: Map,
  Megaphone: Megaphone,
  MessageSquare: MessageSquare,
  Microscope: Microscope,
  Monitor: Monitor,
  Moon: Moon,
  Music: Music,
  Network: Network,
  Notebook: Notebook,
  NotebookPen: NotebookPen,
  Package: Package,
  PackageCheck: PackageCheck,
  PackageOpen: PackageOpen,
  PackagePlus: PackagePlus,
  Paintbrush: Paintbrush,
  Palette: Palette,
  Pencil: Pencil,
  Phone: Phone,
  PieChart: PieChart,
  Play: Play,
  Plug: Plug,
  Plus: Plus,
  Power: Power,
  Printer: Printer,
  Puzzle: Puzzle,
  Radio: Radio,
  Recycle: Recycle,
  RefreshCcw: RefreshCcw,
  RefreshCw: RefreshCw,
  Repeat: Repeat,
  Rocket: Rocket,
  RotateCcw: RotateCcw,
  RotateCw: RotateCw,
  Save: Save,
  Scale: Scale,
  ScanSearch: ScanSearch,
  Scissors: Scissors,
  ScrollText: ScrollText,
  Search: Search,
  Send: Send,
  Server: Server,
  ServerCog: ServerCog,
  Settings: Settings,
  Share: Share,
  Shield: Shield,
  ShieldCheck: ShieldCheck,
  Shuffle: Shuffle,
  SlidersHorizontal: SlidersHorizontal,
  Smartphone: Smartphone,
  Sparkles: Sparkles,
  Split: Split,
  SquarePen: SquarePen,
  SquareTerminal: SquareTerminal,
  Star: Star,
  Store: Store,
  Sun: Sun,
  Table: Table,
  Tag: Tag,
  Target: Target,
  Telescope: Telescope,
  Terminal: Terminal,
  TestTube: TestTube,
  TestTubes: TestTubes,
  Timer: Timer,
  ToggleLeft: ToggleLeft,
  Trash: Trash,
  Trash2: Trash2,
  Truck: Truck,
  Upload: Upload,
  User: User,
  Users: Users,
  Video: Video,
  Wand: Wand,
  WandSparkles: WandSparkles,
  Webhook: Webhook,
  Wifi: Wifi,
  Workflow: Workflow,
  Wrench: Wrench,
  Zap: Zap,
};

export function actionIcon(name: string): Icon {
  return (ICONS[name] ?? SquareTerminal) as Icon;
}
